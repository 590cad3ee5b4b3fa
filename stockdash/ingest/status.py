"""How a store is doing: what it holds, whether that is as new as it could be, what ran and what comes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import lru_cache

from stockdash.bars import INTERVALS, Interval
from stockdash.errors import StoreDamagedError, StoreTooNewError
from stockdash.ingest.looks import looks_of
from stockdash.ingest.schedule import newest_run, next_run
from stockdash.ingest.shards import NAME
from stockdash.market import NEW_YORK, Market
from stockdash.stores import Coverage, Lease, ReadStore, Run, Store, coverage_of

# From the start of a run until it has come to its last symbol.
GRACE = timedelta(minutes=15)
# Reaches over the longest time without a session.
_BACK = timedelta(days=14)
# Holidays elsewhere, which the calendar does not have, can be this long.
SILENT_SESSIONS = 6

ByInterval = Mapping[Interval, Coverage | None]


@dataclass(frozen=True, slots=True)
class Status:
    """How a store is doing.

    Attributes
    ----------
    store : its name.
    notices : what the user has to know about the store's files.
    coverage : of every watched or stored symbol, what is stored by interval, or None for nothing or a damaged file;
        `last_fetched` counts answers that had nothing new.
    stale : watched symbols without a bar that the newest run should have brought.
    last_run : the newest run, with what failed in it; None before the first.
    leases : of the processes that ingest at the moment.
    next_run : UTC, when the exchange's calendar asks for the next run.
    """

    store: str
    notices: tuple[str, ...]
    coverage: Mapping[str, ByInterval]
    stale: tuple[str, ...]
    last_run: Run | None
    leases: tuple[Lease, ...]
    next_run: datetime


def look(store: ReadStore, watched: Sequence[str], *, market: Market, now: datetime) -> Status:
    """Look at `store` at `now` (UTC).

    Raises
    ------
    StoreError
        It can't be read.
    """
    coverage = held(store, tuple(dict.fromkeys((*watched, *store.symbols()))))
    return Status(
        store=store.name,
        notices=store.notices,
        coverage=coverage,
        stale=tuple(s for s in watched if is_symbol_stale(coverage[s], market=market.for_symbol(s), now=now)),
        last_run=next(iter(store.runs(last=1)), None),
        leases=store.leases(NAME) if isinstance(store, Store) else (),
        next_run=next_run(market, now),
    )


def is_stale(coverage: Coverage | None, interval: Interval, *, market: Market, now: datetime) -> bool:
    """Tell whether a bar that the newest run up to `now` (UTC) should have found final was not fetched since.

    Also when the source has had no new bars for a week of sessions. `market` is the one of the symbol.
    """
    due = _due(interval, market, now)
    if coverage is None or due is None:
        return coverage is None
    final_at, silent_since = due
    return coverage.last_fetched < final_at or coverage.last.date() < silent_since


@lru_cache(maxsize=8)
def _due(interval: Interval, market: Market, now: datetime) -> tuple[datetime, date] | None:
    """Give when the newest bar that a run should have brought was final, and from when on a silent source is stale.

    The same for thousands of symbols, and it takes a millisecond.
    """
    run = newest_run(market, now - GRACE)
    expected = market.expected(interval, run - _BACK, run)
    if not len(expected):
        return None
    return market.final_at(interval, expected[-1]), market.before(run.date(), SILENT_SESSIONS)


def is_symbol_stale(held: ByInterval, *, market: Market, now: datetime) -> bool:
    """Tell whether any interval of a symbol is stale; a symbol without 30-minute bars may have none at the source."""
    return is_stale(held["1d"], "1d", market=market, now=now) or (
        held["30m"] is not None and is_stale(held["30m"], "30m", market=market, now=now)
    )


def held(store: ReadStore, symbols: Sequence[str]) -> Mapping[str, ByInterval]:
    """Read what is stored of `symbols`, with `last_fetched` as `Status.coverage` says."""
    looks = {interval: looks_of(store, interval, tuple(symbols)) for interval in INTERVALS}
    told = coverage_of(store, symbols)
    return {
        symbol: {interval: _coverage(told, symbol, interval, looks[interval][symbol]) for interval in INTERVALS}
        for symbol in symbols
    }


def text(status: Status) -> str:
    """Give the status for a reader; times are those of New York."""
    lines = [status.store, *status.notices, "", _row("Symbol", "Interval", "Bars", "First", "Last", "Fetched")]
    for symbol, held in status.coverage.items():
        lines += [_coverage_row(symbol, interval, coverage) for interval, coverage in held.items()]
    return "\n".join([*lines, "", *_last_run(status.last_run), *_now(status)])


def _coverage(
    told: Callable[[str, Interval], Coverage | None], symbol: str, interval: Interval, looked_at: datetime | None
) -> Coverage | None:
    try:
        held = told(symbol, interval)
    except (StoreDamagedError, StoreTooNewError):
        # The store's notices tell of it.
        return None
    if held is None or looked_at is None:
        return held
    return replace(held, last_fetched=max(held.last_fetched, looked_at))


def _row(*cells: str) -> str:
    symbol, interval, bars, first, last, fetched = cells
    return f"{symbol:<12} {interval:<8} {bars:>9}  {first:<16}  {last:<16}  {fetched:<16}".rstrip()


def _coverage_row(symbol: str, interval: Interval, coverage: Coverage | None) -> str:
    if coverage is None:
        return _row(symbol, interval, "0", "", "", "")
    # A daily bar's start is its date, which another time zone would change.
    show = _new_york if interval == "30m" else lambda day: f"{day:%Y-%m-%d}"
    times = (show(coverage.first), show(coverage.last), _new_york(coverage.last_fetched))
    return _row(symbol, interval, f"{coverage.count:,}", *times)


def _last_run(run: Run | None) -> list[str]:
    if run is None:
        return ["Last run:   none yet"]
    written = run.written
    bars = f"{written.inserted} bars new, {written.updated} updated, {written.unchanged} unchanged"
    failed = [f"Failed:     {symbol}: {reason}" for symbol, reason in run.failed.items()]
    return [f"Last run:   {_new_york(run.finished_at)} ET by {run.holder}: {bars}", *failed]


def _now(status: Status) -> list[str]:
    at_work = [
        f"{lease.holder} ({lease.name}), until {_new_york(lease.expires_at)} ET at least" for lease in status.leases
    ]
    return [
        *(f"At work:    {who}" for who in at_work or ["nobody"]),
        f"Next run:   {_new_york(status.next_run)} ET",
        "Stale:      " + (", ".join(status.stale) or "nothing"),
    ]


def _new_york(moment: datetime) -> str:
    return f"{moment.astimezone(NEW_YORK):%Y-%m-%d %H:%M}"
