"""One ingest run from end to end, as the command line and the scheduler do it: under the lease, then published."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from stockdash.bars import INTERVALS, Interval
from stockdash.ingest import Progress, Report, ingest
from stockdash.ingest.lease import held_lease
from stockdash.market import Market
from stockdash.settings import Settings
from stockdash.sources import Clock, Source, open_source, utc_now
from stockdash.stores import Store, publish

log = logging.getLogger(__name__)


def never() -> bool:
    """Tell that nobody wants the run to stop."""
    return False


@dataclass(frozen=True, slots=True)
class Ingestion:
    """All that a run needs apart from the symbols.

    Attributes
    ----------
    publish : called under the lease with the symbols that were looked at, to refresh their snapshots.
    ttl_seconds : life of the lease; it is prolonged while the run goes on.
    """

    store: Store
    source: Source
    market: Market
    publish: Callable[[Sequence[str]], object]
    ttl_seconds: float
    clock: Clock = utc_now

    def run(
        self,
        symbols: Sequence[str],
        *,
        intervals: Sequence[Interval] = INTERVALS,
        full: bool = False,
        progress: Callable[[Progress], None] | None = None,
        cancelled: Callable[[], bool] = never,
    ) -> Report:
        """Ingest `symbols` and refresh their snapshots.

        `cancelled` is asked between symbols whether to stop, as it is when the lease is lost.

        Raises
        ------
        LeaseTakenError
            Another process ingests at the moment; nothing was asked or written.
        StoreError
            The run could not be recorded, or the snapshots not be written.
        """
        with held_lease(self.store, ttl_seconds=self.ttl_seconds, clock=self.clock) as held:
            report = ingest(
                self.store,
                self.source,
                self.market,
                symbols=symbols,
                lease=held.lease,
                clock=self.clock,
                intervals=intervals,
                full=full,
                progress=progress,
                cancelled=lambda: held.is_lost or cancelled(),
            )
            # Only a renewal tells whether the lease was lost during the last symbol.
            held.renew()
            if not held.is_lost:
                self.publish([symbol for symbol in symbols if symbol not in report.cancelled])
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
    ]
    return ", ".join(parts)
