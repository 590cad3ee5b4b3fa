"""What the Data page reads of many symbols, side by side and kept for a few seconds."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime

import streamlit as st

from stockdash.bars import Interval
from stockdash.ingest.details import completeness_of, gaps_of, last_sessions
from stockdash.ingest.gaps import Completeness, Gap
from stockdash.ingest.status import ByInterval, held, is_symbol_stale
from stockdash.market import Market
from stockdash.stores import ReadStore

_KEPT_SECONDS = 10
# A store behind a network answers several questions in the time of one.
_AT_ONCE = 8


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """One symbol: what is stored by interval, and how complete its sessions are at one interval."""

    symbol: str
    held: ByInterval
    sessions: Completeness


@dataclass(frozen=True, slots=True)
class Inspection:
    """Which store is looked at, and when; `run` tells one state of it from another."""

    store: ReadStore
    market: Market
    now: datetime
    run: str


def rows(of: Inspection, symbols: Sequence[str], interval: Interval, count: int) -> list[Row]:
    """Give a row for each of `symbols` over the last `count` sessions; raises `StoreError`."""
    key = f"{of.store.name} {of.run}"
    return _rows(_of=of, key=key, symbols=tuple(symbols), interval=interval, count=count)


def stale(of: Inspection, symbols: Sequence[str]) -> tuple[str, ...]:
    """Give those of `symbols` that lack a bar which the newest run should have brought."""
    return _stale(_of=of, key=f"{of.store.name} {of.run}", symbols=tuple(symbols))


def gaps(of: Inspection, symbol: str) -> tuple[Gap, ...]:
    """Give what is missing of `symbol`, at both intervals."""
    return gaps_of(of.store, symbol, held(of.store, [symbol])[symbol], market=of.market, now=of.now)


@st.cache_resource(show_spinner=False, ttl=_KEPT_SECONDS, max_entries=32)
def _rows(_of: Inspection, key: str, symbols: tuple[str, ...], interval: Interval, count: int) -> list[Row]:  # noqa: ARG001 - hashed
    sessions = last_sessions(_of.market, _of.now, count)
    has = held(_of.store, symbols)

    def read(symbol: str) -> Row:
        found = completeness_of(
            _of.store, symbol, interval, has[symbol], sessions=sessions, market=_of.market, now=_of.now
        )
        return Row(symbol, has[symbol], found)

    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return list(pool.map(read, symbols))


@st.cache_data(show_spinner=False, ttl=_KEPT_SECONDS, max_entries=32)
def _stale(_of: Inspection, key: str, symbols: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001 - hashed
    has, market, now = held(_of.store, symbols), _of.market, _of.now
    return tuple(
        symbol for symbol in symbols if is_symbol_stale(has[symbol], market=market.for_symbol(symbol), now=now)
    )
