"""What the pages read, kept by the stamp of what is stored: a rerun that changes no data reads none.

Each function takes the stamp as part of its key and the store itself without hashing it. `made_up` keeps demo
bars and real ones apart.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import streamlit as st

from stockdash import query
from stockdash.adjust import Mode
from stockdash.charts import Marker, Resolution, Visible
from stockdash.errors import StoreDamagedError
from stockdash.pages._chain import Call, last_closed
from stockdash.pages._guard import Answer, Keeper, Trouble
from stockdash.query import History, Quote
from stockdash.stores import ReadStore, recent_stamp
from stockdash.symbols import Facts

_HISTORIES = 64
_SMALL = 4096


@dataclass(frozen=True, slots=True)
class Shelf:
    """One symbol in one store, in the state that `stamp` names."""

    store: ReadStore
    symbol: str
    stamp: str
    made_up: bool

    @property
    def key(self) -> str:
        """What tells this state from every other."""
        return f"{self.store.name} {self.symbol} {self.stamp}"


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """What is stored of one symbol, without prices and actions.

    `sessions` is the index of the daily bars, `intraday` the starts of the oldest and the newest 30-minute bar.
    """

    sessions: pd.DatetimeIndex
    intraday: tuple[pd.Timestamp, pd.Timestamp] | None


def is_stored(store: ReadStore, symbol: str) -> bool:
    """Tell whether anything can be shown of `symbol`."""
    try:
        return quote(shelf(store, symbol)) is not None
    except StoreDamagedError:  # told where it is to be shown
        return False


def shelf(store: ReadStore, symbol: str, *, made_up: bool = False) -> Shelf:
    """Give the shelf of `symbol` as it is now."""
    return Shelf(store, symbol, recent_stamp(store, symbol), made_up)


def history(of: Shelf, resolution: Resolution, mode: Mode) -> History:
    """Give the whole stored history at `resolution`, adjusted."""
    return _history(_of=of, key=of.key, resolution=resolution, mode=mode)


def outline(of: Shelf) -> Outline:
    """Give what is stored, without prices and actions."""
    return _outline(_of=of, key=of.key)


def markers(of: Shelf, mode: Mode) -> tuple[Marker, ...]:
    """Give the splits and dividends, on the shares that the prices of `mode` are on."""
    return _markers(_of=of, key=of.key, mode=mode)


def quote(of: Shelf) -> Quote | None:
    """Give the last price, None when nothing is stored."""
    return _quote(_of=of, key=of.key)


def facts(of: Shelf) -> Facts | None:
    """Tell what the symbol is."""
    return _facts(_of=of, key=of.key)


def answer(of: Shelf, call: Call, *, resolution: Resolution, mode: Mode, guard: Keeper) -> Answer | Trouble:
    """Give the indicator's columns by name over the whole history at `resolution`.

    Kept by what they depend on: another parameter has this indicator computed again, and those that take their
    source from it, and nothing else.
    """
    key = f"{of.key} {resolution} {mode} {call.key}"
    if (kept := guard.kept(key)) is not None:
        return kept
    longer = call.longer(resolution)
    if longer is not None:
        found = answer(of, replace(call, timeframe=None), resolution=longer, mode=mode, guard=guard)
        if isinstance(found, Answer):
            found = _aligned(of, found, drawn=resolution, longer=longer, mode=mode)
            guard.keep(key, found)
        return found
    columns: dict[str, np.ndarray] = {}
    for at, source in call.inputs.items():
        given = answer(of, source, resolution=resolution, mode=mode, guard=guard)
        if isinstance(given, Trouble):
            return _without(source, given)
        columns[str(at)] = given.columns[at.output]
    return guard.answer(call, key, lambda: history(of, resolution, mode).bars.assign(**columns))


def in_sight(
    of: Shelf, call: Call, *, visible: Visible, resolution: Resolution, mode: Mode, guard: Keeper
) -> Answer | Trouble:
    """Give what `call`, which sees only the visible range, answers over the bars of `resolution` in it."""
    bars = history(of, resolution, mode).bars
    first, stop = pd.DatetimeIndex(bars.index).searchsorted(list(visible))
    key = f"{of.key} {resolution} {mode} {first} {stop} {call.key}"
    return guard.answer(call, key, lambda: bars.iloc[first:stop])


def _without(source: Call, trouble: Trouble) -> Trouble:
    if trouble.kind == "source":
        return trouble
    return Trouble("source", f"{source.indicator.name}, which it is computed from, has no values.")


def _aligned(of: Shelf, found: Answer, *, drawn: Resolution, longer: Resolution, mode: Mode) -> Answer:
    """Give an answer over longer bars as it stands at each drawn bar: that of the last one that was closed."""
    indexes = (pd.DatetimeIndex(history(of, length, mode).bars.index) for length in (drawn, longer))
    places = last_closed(*indexes, is_intraday=drawn == "30m")
    columns = {name: np.append(values, np.nan)[places] for name, values in found.columns.items()}
    return Answer(columns, found.seconds)


# Called by keyword only: Streamlit looks up the signature anew for each positional argument.


@st.cache_data(show_spinner=False, max_entries=_HISTORIES)
def _history(_of: Shelf, key: str, resolution: Resolution, mode: Mode) -> History:  # noqa: ARG001 - hashed
    if resolution == "30m" or resolution == "1d":  # noqa: PLR1714 - narrows the type, which a set does not
        return query.read_bars(_of.store, _of.symbol, resolution, mode=mode)
    return query.resample(history(_of, "1d", mode), resolution)


@st.cache_data(show_spinner=False, max_entries=_HISTORIES)
def _outline(_of: Shelf, key: str) -> Outline:  # noqa: ARG001 - hashed
    intraday = _of.store.coverage(_of.symbol, "30m")
    return Outline(
        sessions=pd.DatetimeIndex(history(_of, "1d", "all").bars.index),
        intraday=None if intraday is None else (pd.Timestamp(intraday.first), pd.Timestamp(intraday.last)),
    )


@st.cache_data(show_spinner=False, max_entries=_HISTORIES)
def _markers(_of: Shelf, key: str, mode: Mode) -> tuple[Marker, ...]:  # noqa: ARG001 - hashed
    found = query.markers(_of.store, _of.symbol, mode=mode)
    return tuple(Marker(pd.Timestamp(one.ex_date, tz="UTC"), one.kind, one.text) for one in found)


@st.cache_data(show_spinner=False, max_entries=_SMALL)
def _quote(_of: Shelf, key: str) -> Quote | None:  # noqa: ARG001 - hashed
    return query.quote(_of.store, _of.symbol)


@st.cache_data(show_spinner=False, max_entries=_SMALL)
def _facts(_of: Shelf, key: str) -> Facts | None:  # noqa: ARG001 - hashed
    return _of.store.facts(_of.symbol)
