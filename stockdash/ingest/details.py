"""What a store's status is made of, for whoever wants to look closer: runs, events, and what is missing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import pandas as pd

from stockdash.bars import INTERVALS, Interval, empty_observed
from stockdash.errors import StoreDamagedError, StoreTooNewError
from stockdash.ingest.gaps import Completeness, Gap, Known, completeness, gaps
from stockdash.ingest.looks import looked_at
from stockdash.ingest.status import ByInterval, Status
from stockdash.market import Market
from stockdash.stores import Event, ReadStore, Run

# A quarter of a year: what a reader looks back over, and all that the source has of 30-minute bars.
SESSIONS = 63
RUNS = 20
EVENTS = 100


@dataclass(frozen=True, slots=True)
class Details:
    """What `stockdash status --json` tells beside the status.

    Attributes
    ----------
    runs, events : the newest, newest first.
    gaps : by symbol, for those that have any in the last `SESSIONS` sessions, newest first.
    """

    runs: tuple[Run, ...]
    events: tuple[Event, ...]
    gaps: Mapping[str, tuple[Gap, ...]]


def details(store: ReadStore, status: Status, *, market: Market, now: datetime) -> Details:
    """Look closer at what `status` tells of `store`, at `now` (UTC).

    Raises
    ------
    StoreError
        It can't be read.
    """
    found = {symbol: gaps_of(store, symbol, has, market=market, now=now) for symbol, has in status.coverage.items()}
    return Details(
        store.runs(last=RUNS), store.events(last=EVENTS), {s: lacking for s, lacking in found.items() if lacking}
    )


def gaps_of(store: ReadStore, symbol: str, has: ByInterval, *, market: Market, now: datetime) -> tuple[Gap, ...]:
    """Give what is missing of `symbol` in the last `SESSIONS` sessions."""
    sessions = last_sessions(market, now, SESSIONS)
    return tuple(
        gap
        for interval in INTERVALS
        for gap in gaps(
            completeness_of(store, symbol, interval, has, sessions=sessions, market=market, now=now), interval
        )
    )


def last_sessions(market: Market, now: datetime, count: int) -> pd.DatetimeIndex:
    """Give the last `count` sessions up to the one going on at `now` (UTC), as starts of daily bars."""
    newest = market.current_session(now)
    return market.sessions(market.before(newest, count - 1), newest)


def completeness_of(  # noqa: PLR0913 - one symbol of one store at one time
    store: ReadStore,
    symbol: str,
    interval: Interval,
    has: ByInterval,
    *,
    sessions: pd.DatetimeIndex,
    market: Market,
    now: datetime,
) -> Completeness:
    """Read how complete `sessions` are; `has` is what `stockdash.ingest.status.held` tells of the symbol."""
    held = has[interval]
    answered_at = held.last_fetched if held is not None else looked_at(store, symbol, interval)
    known = Known(interval, held.first if held is not None else None, answered_at)
    observed = _read(store, symbol, interval, sessions)
    return completeness(observed, known, sessions=sessions, market=market.for_symbol(symbol), now=now)


def _read(store: ReadStore, symbol: str, interval: Interval, sessions: pd.DatetimeIndex) -> pd.DataFrame:
    start: datetime | None = sessions[0].to_pydatetime() if len(sessions) else None
    try:
        return store.read(symbol, interval, start=start)
    except (StoreDamagedError, StoreTooNewError):
        # The store's notices tell of it.
        return empty_observed()
