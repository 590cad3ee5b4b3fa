"""How an instance is doing, for machines that ask often: measured from the store, never from the source.

`stockdash.health.pulse` keeps a measurement from hanging whoever asks, `stockdash.health.metrics` spells it for
Prometheus.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from stockdash.bars import INTERVALS, Interval
from stockdash.ingest.shards import NAME
from stockdash.ingest.status import GRACE, ByInterval, is_symbol_stale
from stockdash.market import Market
from stockdash.stores import Coverage, ReadStore, Run, Store

# What has not been fetched for longer counts as this old.
OLDEST = timedelta(days=14)
_NEWEST_RUNS = 100

Held = Mapping[str, ByInterval]


@dataclass(frozen=True, slots=True)
class Vitals:
    """What one measurement found.

    Attributes
    ----------
    watched : how many symbols are to be kept up to date.
    stale : how many of them lack a bar that the newest run should have brought.
    staleness : by interval, since when the longest missing bar of them could have been fetched; zero for none missing.
    runs : the newest ingest runs of any process, newest first.
    lease_held : whether some process ingests at the moment; None where the store only reads.
    """

    watched: int
    stale: int
    staleness: Mapping[Interval, timedelta]
    runs: tuple[Run, ...]
    lease_held: bool | None

    @property
    def trouble(self) -> str:
        """Why the data are not as they should be, without naming any of them; empty when all is well."""
        if not self.stale:
            return ""
        return f"data stale: {self.stale} of {self.watched} watched symbols lack bars that a run should have brought"


def measure(store: ReadStore, coverage: Held, *, market: Market, now: datetime) -> Vitals:
    """Measure at `now` (UTC), with what `stockdash.ingest.status.held` has read of the watched symbols.

    Raises
    ------
    StoreError
        The store can't be read.
    """
    stale = sum(is_symbol_stale(has, market=market.for_symbol(symbol), now=now) for symbol, has in coverage.items())
    return Vitals(
        watched=len(coverage),
        stale=stale,
        staleness={interval: _staleness(coverage, interval, market=market, now=now) for interval in INTERVALS},
        runs=store.runs(last=_NEWEST_RUNS),
        lease_held=bool(store.leases(NAME)) if isinstance(store, Store) else None,
    )


def _staleness(coverage: Held, interval: Interval, *, market: Market, now: datetime) -> timedelta:
    """Give the age of the longest missing bar, from when it was final; the worst of all symbols."""
    worst = timedelta(0)
    for round_the_clock in (False, True):
        own = [
            has[interval]
            for symbol, has in coverage.items()
            if market.for_symbol(symbol).round_the_clock is round_the_clock
            and (interval == "1d" or has[interval] is not None)
        ]
        if own:
            of_market = market.for_symbol("BTC-USD" if round_the_clock else "SPY")
            worst = max(worst, _age(own, interval, market=of_market, now=now))
    return worst


def _age(own: Sequence[Coverage | None], interval: Interval, *, market: Market, now: datetime) -> timedelta:
    if None in own:
        return OLDEST
    fetched = min(one.last_fetched for one in own if one is not None)
    expected = market.expected(interval, now - OLDEST, now - GRACE)
    missed = ~market.final(interval, expected, fetched)
    return now - market.final_at(interval, expected[int(missed.argmax())]) if missed.any() else timedelta(0)
