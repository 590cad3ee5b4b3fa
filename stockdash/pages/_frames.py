"""What the pages read, kept by the stamp of what is stored: a rerun that changes no data reads none.

Each function takes the stamp as part of its key and the store itself without hashing it. `made_up` keeps demo
bars and real ones apart.
"""

from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from stockdash import query
from stockdash.adjust import Mode
from stockdash.charts import Marker, Resolution
from stockdash.indicators import Indicator, Params, run
from stockdash.query import History, Quote
from stockdash.stores import ReadStore
from stockdash.symbols import Facts

_HISTORIES = 64
_ANSWERS = 512
_SMALL = 4096


@dataclass(frozen=True, slots=True)
class Shelf:
    """One symbol in one store, in the state that `stamp` names."""

    store: ReadStore
    symbol: str
    stamp: str
    made_up: bool

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells this state from every other."""
        return self.store.name, self.symbol, self.stamp


def shelf(store: ReadStore, symbol: str, *, made_up: bool = False) -> Shelf:
    """Give the shelf of `symbol` as it is now."""
    return Shelf(store, symbol, store.stamp(symbol), made_up)


def history(of: Shelf, resolution: Resolution, mode: Mode) -> History:
    """Give the whole stored history at `resolution`, adjusted."""
    return _history(of, of.key, resolution, mode)


def has_bars(of: Shelf) -> bool:
    """Tell whether any daily or 30-minute bar is stored."""
    return bool(of.stamp) and quote(of) is not None


def quote(of: Shelf) -> Quote | None:
    """Give the last price."""
    return _quote(of, of.key)


def facts(of: Shelf) -> Facts | None:
    """Tell what the symbol is."""
    return _facts(of, of.key)


def markers(of: Shelf) -> tuple[Marker, ...]:
    """Give the dividends and splits as the chart's badges."""
    return _markers(of, of.key)


def intraday_from(of: Shelf) -> pd.Timestamp | None:
    """Give the start of the oldest 30-minute bar."""
    return _intraday_from(of, of.key)


def answer(of: Shelf, indicator: Indicator[Any], params: Params, *, resolution: Resolution, mode: Mode) -> pd.DataFrame:
    """Give the indicator's columns over the whole history at `resolution`; raises `IndicatorError`."""
    return _answer(of, indicator, params, (*of.key, indicator.id, params.model_dump_json()), resolution, mode)


@st.cache_data(show_spinner=False, max_entries=_HISTORIES)
def _history(_of: Shelf, key: tuple[str, ...], resolution: Resolution, mode: Mode) -> History:  # noqa: ARG001 - hashed
    if resolution == "30m":
        return query.read_bars(_of.store, _of.symbol, "30m", mode=mode)
    if resolution == "1d":
        return query.read_bars(_of.store, _of.symbol, "1d", mode=mode)
    return query.resample(history(_of, "1d", mode), resolution)


@st.cache_data(show_spinner=False, max_entries=_SMALL)
def _quote(_of: Shelf, key: tuple[str, ...]) -> Quote | None:  # noqa: ARG001 - hashed
    return query.quote(_of.store, _of.symbol)


@st.cache_data(show_spinner=False, max_entries=_SMALL)
def _facts(_of: Shelf, key: tuple[str, ...]) -> Facts | None:  # noqa: ARG001 - hashed
    return _of.store.facts(_of.symbol)


@st.cache_data(show_spinner=False, max_entries=_HISTORIES)
def _markers(_of: Shelf, key: tuple[str, ...]) -> tuple[Marker, ...]:  # noqa: ARG001 - hashed
    found = query.markers(_of.store, _of.symbol)
    return tuple(Marker(pd.Timestamp(marker.ex_date, tz="UTC"), marker.kind, marker.text) for marker in found)


@st.cache_data(show_spinner=False, max_entries=_SMALL)
def _intraday_from(_of: Shelf, key: tuple[str, ...]) -> pd.Timestamp | None:  # noqa: ARG001 - hashed
    coverage = _of.store.coverage(_of.symbol, "30m")
    return None if coverage is None else pd.Timestamp(coverage.first)


@st.cache_data(show_spinner=False, max_entries=_ANSWERS)
def _answer(
    _of: Shelf,
    _indicator: Indicator[Any],
    _params: Params,
    key: tuple[str, ...],  # noqa: ARG001 - hashed
    resolution: Resolution,
    mode: Mode,
) -> pd.DataFrame:
    return run(_indicator, history(_of, resolution, mode).bars, _params)
