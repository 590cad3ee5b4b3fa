"""What the Data page reads of many symbols, side by side and kept for a few seconds."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import TypeVar

import streamlit as st

from stockdash.bars import Interval
from stockdash.ingest.details import completeness_of, gaps_of, last_sessions
from stockdash.ingest.gaps import Completeness, Gap
from stockdash.ingest.status import ByInterval, held, is_symbol_stale
from stockdash.market import Market
from stockdash.stores import ReadStore

Found = TypeVar("Found")

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

    def read(part: Sequence[str]) -> list[Row]:
        return [
            Row(
                symbol,
                has,
                completeness_of(_of.store, symbol, interval, has, sessions=sessions, market=_of.market, now=_of.now),
            )
            for symbol, has in held(_of.store, part).items()
        ]

    return list(chain.from_iterable(_side_by_side(read, symbols)))


@st.cache_data(show_spinner=False, ttl=_KEPT_SECONDS, max_entries=32)
def _stale(_of: Inspection, key: str, symbols: tuple[str, ...]) -> tuple[str, ...]:  # noqa: ARG001 - hashed
    def read(part: Sequence[str]) -> list[str]:
        market, now = _of.market, _of.now
        has = held(_of.store, part)
        return [symbol for symbol in part if is_symbol_stale(has[symbol], market=market.for_symbol(symbol), now=now)]

    return tuple(chain.from_iterable(_side_by_side(read, symbols)))


def _side_by_side(read: Callable[[Sequence[str]], list[Found]], symbols: tuple[str, ...]) -> Iterator[list[Found]]:
    size = -(-len(symbols) // _AT_ONCE) or 1
    parts = [symbols[at : at + size] for at in range(0, len(symbols), size)]
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        yield from pool.map(read, parts)
