"""The door to ingesting: what is due is asked of a source, reconciled with what is stored, and written."""

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from stockdash.bars import INTERVALS, Interval
from stockdash.errors import LeaseLostError, RateLimitedError, SourceError, StockdashError
from stockdash.ingest.looks import looks_of
from stockdash.ingest.plan import REFRESH, TAIL, is_due, is_fresh
from stockdash.ingest.update import Desk, update_symbol
from stockdash.market import Market
from stockdash.sources import Clock, Source
from stockdash.stores import Batch, Lease, Store, Written

log = logging.getLogger(__name__)

Step = Literal["asking", "stored", "up to date", "failed"]


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run is: `symbol` is at `step`, and `done` of `total` symbols are behind."""

    symbol: str
    step: Step
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did.

    Attributes
    ----------
    started_at, finished_at : UTC.
    written : bars of all symbols together.
    changed : symbols of which anything was stored.
    skipped : symbols of which nothing was due, so that nothing was asked.
    failed : symbol to reason; what was stored of these before stays.
    cancelled : symbols that the run did not come to, because it was told to stop.
    busy : symbols that another instance is at work on, and until when (UTC) it keeps others out at least.
    trouble : why the run could not be recorded or the snapshots not be refreshed; empty when all is well.
    """

    started_at: datetime
    finished_at: datetime
    written: Written = field(default_factory=Written)
    changed: tuple[str, ...] = ()
    skipped: tuple[str, ...] = ()
    failed: Mapping[str, str] = field(default_factory=dict)
    cancelled: tuple[str, ...] = ()
    busy: Mapping[str, datetime] = field(default_factory=dict)
    trouble: str = ""


def ingest(  # noqa: PLR0913 - the keywords of a door that has a default for what is rarely given
    store: Store,
    source: Source,
    market: Market,
    *,
    symbols: Sequence[str],
    lease: Lease,
    clock: Clock,
    intervals: Sequence[Interval] = INTERVALS,
    full: bool = False,
    since: datetime | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Report:
    """Bring `symbols` up to date, in their order.

    Nothing is asked of a symbol that has all bars expected by now. A symbol that fails does not stop the others,
    except that a source that refuses further requests is left in peace. May be killed at any moment.

    Parameters
    ----------
    lease : held by the caller, who also renews it.
    clock : gives the present time in UTC.
    intervals : ``"30m"`` brings the daily bars along, since their answer has the actions.
    full : ask for everything, due or not, and take every difference.
    since : UTC; what the source answered from then on is fresh, even of a bar that is going on; a minute ago unless
        given.
    progress : called before and after each symbol.
    cancelled : asked before each symbol whether to stop, as it is when the lease is lost.
    """
    started_at = clock()
    looks = {interval: looks_of(store, interval, symbols) for interval in intervals}
    run = _Run(progress or (lambda _: None), len(symbols), looks, since or started_at - REFRESH)
    for done, symbol in enumerate(symbols):
        if run.lease_lost or (cancelled is not None and cancelled()):
            run.cancelled.extend(symbols[done:])
            break
        desk = Desk(symbol, store, source, market.for_symbol(symbol), lease, clock)
        run.tell(symbol, run.ingest(desk, intervals, full=full, done=done), done + 1)
    return run.report(started_at, clock())


@dataclass(slots=True)
class _Run:
    """A run going on: what the report will say, and why nothing more is asked."""

    progress: Callable[[Progress], None]
    total: int
    looks: Mapping[Interval, Mapping[str, datetime | None]]
    since: datetime
    written: Written = field(default_factory=Written)
    changed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    failed: dict[str, str] = field(default_factory=dict)
    cancelled: list[str] = field(default_factory=list)
    refusal: str = ""
    lease_lost: bool = False

    def tell(self, symbol: str, step: Step, done: int) -> None:
        self.progress(Progress(symbol, step, done, self.total))

    def ingest(self, desk: Desk, intervals: Sequence[Interval], *, full: bool, done: int) -> Step:
        """Ingest one symbol, whatever happens, and give how it ended."""
        try:
            due = [interval for interval in intervals if full or self._is_due(desk, interval)]
            if due and not self.refusal:
                self.tell(desk.symbol, "asking", done)
                return self._update(desk, intraday="30m" in due, full=full)
        except Exception as exc:  # noqa: BLE001 - one symbol's failure must not stop the others
            return self._fail(desk.symbol, exc)
        if due:
            self.failed[desk.symbol] = self.refusal
            return "failed"
        self.skipped.append(desk.symbol)
        return "up to date"

    def report(self, started_at: datetime, finished_at: datetime) -> Report:
        return Report(
            started_at,
            finished_at,
            self.written,
            changed=tuple(self.changed),
            skipped=tuple(self.skipped),
            failed=self.failed,
            cancelled=tuple(self.cancelled),
        )

    def _is_due(self, desk: Desk, interval: Interval) -> bool:
        looked_at, now, market = self.looks[interval][desk.symbol], desk.clock(), desk.market
        if is_fresh(looked_at, interval, market=market, now=now, since=self.since):
            return False
        tail = desk.store.read(desk.symbol, interval, last=TAIL[interval])
        return is_due(tail, interval, market=market, now=now, since=self.since, looked_at=looked_at)

    def _update(self, desk: Desk, *, intraday: bool, full: bool) -> Step:
        before = desk.store.stamp(desk.symbol)
        try:
            written = update_symbol(desk, intraday=intraday, full=full)
            _describe(desk, full=full)
        finally:
            # Daily bars are stored even when the 30-minute bars then fail.
            if desk.store.stamp(desk.symbol) != before:
                self.changed.append(desk.symbol)
        self.written += written
        counts = (written.inserted, written.updated, written.unchanged)
        log.info("%s: %d bars new, %d changed, %d unchanged", desk.symbol, *counts)
        return "stored"

    def _fail(self, symbol: str, exc: Exception) -> Step:
        reason = str(exc) or type(exc).__name__
        self.failed[symbol] = reason
        self.lease_lost = isinstance(exc, LeaseLostError)
        if isinstance(exc, RateLimitedError):
            self.refusal = reason
        # What we raise on purpose says what is wrong; anything else is a fault of ours and needs its traceback.
        level = logging.WARNING if self.lease_lost else logging.INFO
        log.log(level, "%s: failed, %s", symbol, reason, exc_info=None if isinstance(exc, StockdashError) else exc)
        return "failed"


def _describe(desk: Desk, *, full: bool) -> None:
    """Ask once what the symbol is; a source that won't say does not make the bars worse."""
    if desk.store.facts(desk.symbol) is not None and not full:
        return
    try:
        facts = desk.source.facts(desk.symbol)
    except SourceError as exc:
        log.debug("%s: no facts, %s", desk.symbol, exc)
    else:
        desk.store.write(Batch(desk.symbol, facts=facts), desk.lease)
