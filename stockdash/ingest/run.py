"""One ingest run from end to end, as the command line and the scheduler do it: under leases, then published."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from stockdash.bars import INTERVALS, Interval
from stockdash.errors import LeaseTakenError, StoreError
from stockdash.ingest import Progress, Report, ingest
from stockdash.ingest.lease import HeldLease, held_lease, holder
from stockdash.ingest.plan import REFRESH
from stockdash.ingest.shards import shards_of
from stockdash.market import Market
from stockdash.settings import Settings
from stockdash.sources import Clock, Source, open_source, utc_now
from stockdash.stores import Run, Store, Written, publish

log = logging.getLogger(__name__)


def never() -> bool:
    """Tell that nobody wants the run to stop."""
    return False


@dataclass(frozen=True, slots=True)
class Ingestion:
    """All that a run needs apart from the symbols.

    Attributes
    ----------
    publish : called with the symbols that were looked at, to refresh their snapshots, while nobody else may write
        them; at the end once more with none, to refresh what the snapshots have in common.
    ttl_seconds : life of a lease; it is prolonged while the run goes on.
    shards : into how many parts the symbols are cut, so that as many processes can share them.
    """

    store: Store
    source: Source
    market: Market
    publish: Callable[[Sequence[str]], object]
    ttl_seconds: float
    clock: Clock = utc_now
    shards: int = 1

    def run(
        self,
        symbols: Sequence[str],
        *,
        intervals: Sequence[Interval] = INTERVALS,
        full: bool = False,
        since: datetime | None = None,
        progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] = never,
    ) -> Report:
        """Ingest `symbols`, refresh their snapshots and record the run.

        Shards that another process is at work on are left to it. What the source answered from `since` (UTC; a minute
        before the run unless given) on is not asked for again. `cancelled` is asked between symbols whether to stop,
        as it is when a lease is lost.

        Raises
        ------
        LeaseTakenError
            Another process is at work on all of them; nothing was asked or written.
        """
        now = self.clock()
        run = _Run(
            self,
            started_at=now,
            total=len(symbols),
            intervals=tuple(intervals),
            full=full,
            since=since or now - REFRESH,
            progress=progress,
            cancelled=cancelled,
        )
        for name, shard in shards_of(symbols, self.shards).items():
            run.work_off(name, shard)
        if run.taken and not run.reports:
            raise run.taken
        report = run.conclude()
        log.info("Ingestion run complete: %s", summary(report))
        return report


def open_ingestion(settings: Settings, store: Store, clock: Clock = utc_now) -> Ingestion:
    """Give what the settings say about runs that fill `store`."""
    return Ingestion(
        store,
        open_source(settings, clock),
        Market(frozenset(settings.stockdash_closures)),
        publish=partial(publish, store, settings),
        ttl_seconds=settings.ingest_lock_lease_seconds,
        clock=clock,
        shards=settings.ingest_shards,
    )


def summary(report: Report) -> str:
    """Give a report in one line."""
    written, changed = report.written, len(report.changed)
    parts = [
        f"{changed} symbol{'' if changed == 1 else 's'} changed",
        f"{written.inserted} bars new, {written.updated} updated, {written.unchanged} unchanged",
        *([f"{len(report.skipped)} up to date"] if report.skipped else []),
        *([f"{len(report.failed)} failed"] if report.failed else []),
        *([f"{len(report.cancelled)} not reached"] if report.cancelled else []),
        *([f"{len(report.busy)} with another instance"] if report.busy else []),
    ]
    return ", ".join(parts)


@dataclass(slots=True)
class _Run:
    """A run going on over the shards: what it was asked for, and the reports so far."""

    ingestion: Ingestion
    started_at: datetime
    total: int
    intervals: Sequence[Interval]
    full: bool
    since: datetime
    progress: Callable[[Progress], None] | None
    cancelled: Callable[[], bool]
    reports: list[Report] = field(default_factory=list)
    busy: dict[str, datetime] = field(default_factory=dict)
    taken: LeaseTakenError | None = None
    trouble: str = ""
    behind: int = 0

    def work_off(self, name: str, symbols: Sequence[str]) -> None:
        """Ingest the symbols of one shard, unless another process does."""
        now, ttl_seconds = self.ingestion.clock, self.ingestion.ttl_seconds
        if self.cancelled():
            self.reports.append(Report(now(), now(), cancelled=tuple(symbols)))
            return
        try:
            with held_lease(self.ingestion.store, name, ttl_seconds=ttl_seconds, clock=now) as held:
                self.reports.append(self._ingest(held, symbols))
        except LeaseTakenError as exc:
            self.taken = exc
            self.busy |= dict.fromkeys(symbols, exc.expires_at)
        except StoreError as exc:
            self.reports.append(Report(now(), now(), failed=dict.fromkeys(symbols, str(exc))))
        self.behind += len(symbols)

    def conclude(self) -> Report:
        """Give the report of the whole, recorded and published."""
        report = Report(
            self.started_at,
            self.ingestion.clock(),
            sum((part.written for part in self.reports), Written()),
            changed=tuple(symbol for part in self.reports for symbol in part.changed),
            skipped=tuple(symbol for part in self.reports for symbol in part.skipped),
            failed={symbol: reason for part in self.reports for symbol, reason in part.failed.items()},
            cancelled=tuple(symbol for part in self.reports for symbol in part.cancelled),
            busy=self.busy,
        )
        self._in_peace(lambda: self._record(report))
        return replace(report, trouble=self.trouble)

    def _ingest(self, held: HeldLease, symbols: Sequence[str]) -> Report:
        ingestion = self.ingestion
        report = ingest(
            ingestion.store,
            ingestion.source,
            ingestion.market,
            symbols=symbols,
            lease=held.lease,
            clock=ingestion.clock,
            intervals=self.intervals,
            full=self.full,
            since=self.since,
            progress=self._tell,
            cancelled=lambda: held.is_lost or self.cancelled(),
        )
        # Only a renewal tells whether the lease was lost during the last symbol.
        held.renew()
        if not held.is_lost:
            looked_at = [symbol for symbol in symbols if symbol not in report.cancelled]
            self._in_peace(lambda: ingestion.publish(looked_at))
        return report

    def _record(self, report: Report) -> None:
        run = Run(report.started_at, report.finished_at, holder(), report.written, report.failed)
        self.ingestion.store.record_run(run)
        self.ingestion.publish(())

    def _in_peace(self, work: Callable[[], object]) -> None:
        """Do what comes after the bars are stored: its failure takes nothing back and is told in the report."""
        try:
            work()
        except StoreError as exc:
            log.error("After the ingestion: %s", exc)  # noqa: TRY400 - raised on purpose, the message says it all
            self.trouble = str(exc)

    def _tell(self, at: Progress) -> None:
        if self.progress is not None:
            self.progress(replace(at, done=self.behind + at.done, total=self.total))
