"""What an instance tells Prometheus; no label's values grow with symbols, people or time.

The counters count what this process has seen of the runs of all processes since it started: sum them over time, not
over instances.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from prometheus_client import Metric, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import choose_encoder

from stockdash.health import Vitals
from stockdash.health.pulse import Beat
from stockdash.stores import Run

_CHANGES = ("inserted", "updated", "unchanged")


class Metrics:
    """The metrics of this process; `requests` counts HTTP answers by the first digit of their status code."""

    def __init__(self, requests: Counter[int]) -> None:
        self._requests = requests
        self._seen_until: datetime | None = None
        self._runs = self._failures = 0
        self._bars = dict.fromkeys(_CHANGES, 0)
        self._process = (PlatformCollector(registry=None), ProcessCollector(registry=None))

    def text(self, beat: Beat, *, scheduler_alive: bool, accept: str = "") -> tuple[bytes, str]:
        """Give the exposition and its content type; without vitals, what this process knows by itself."""
        if beat.vitals is not None:
            self._count(beat.vitals.runs)
        spell, content_type = choose_encoder(accept)
        metrics = [*self._own(beat, scheduler_alive=scheduler_alive), *_of_store(beat.vitals)]
        metrics += [metric for collector in self._process for metric in collector.collect()]
        return spell(_Collected(metrics)), content_type

    def _count(self, runs: Sequence[Run]) -> None:
        """Count the runs that ended since the last look; those from before this process are somebody else's."""
        if self._seen_until is not None:
            for run in (run for run in runs if run.finished_at > self._seen_until):
                self._runs += 1
                self._failures += len(run.failed)
                for change in _CHANGES:
                    self._bars[change] += getattr(run.written, change)
        newest = [run.finished_at for run in runs[:1]]
        self._seen_until = max(newest, default=self._seen_until or datetime.min.replace(tzinfo=UTC))

    def _own(self, beat: Beat, *, scheduler_alive: bool) -> Iterator[Metric]:
        yield _gauge("store_up", "Whether the store answers", beat.vitals is not None)
        yield _gauge("scheduler_alive", "Whether this process ingests on a schedule", scheduler_alive)
        yield _counter("ingest_runs", "Ingest runs of any process that ended since this one started", self._runs)
        yield _counter("ingest_failures", "Symbols that failed in these runs", self._failures)
        bars = CounterMetricFamily("stockdash_bars", "Bars in these runs, by what became of them", labels=["change"])
        for change, count in self._bars.items():
            bars.add_metric([change], count)
        yield bars
        answers = CounterMetricFamily("stockdash_http_responses", "Answers of the web server", labels=["code"])
        for code, count in sorted(self._requests.items()):
            answers.add_metric([f"{code}xx"], count)
        yield answers


class _Collected:
    """What an encoder takes for a registry."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Sequence[Metric]:
        return self._metrics


def _of_store(vitals: Vitals | None) -> Iterator[Metric]:
    if vitals is None:
        return
    yield _gauge("watched_symbols", "Symbols to be kept up to date", vitals.watched)
    yield _gauge("stale_symbols", "Of these, those that lack a bar the newest run should have brought", vitals.stale)
    staleness = GaugeMetricFamily(
        "stockdash_staleness_seconds", "Age of the longest missing bar of any watched symbol", labels=["interval"]
    )
    for interval, age in vitals.staleness.items():
        staleness.add_metric([interval], age.total_seconds())
    yield staleness
    if vitals.lease_held is not None:
        yield _gauge("ingest_lease_held", "Whether some process ingests at the moment", vitals.lease_held)
    if vitals.runs:
        yield from _of_run(vitals.runs[0])


def _of_run(run: Run) -> Iterator[Metric]:
    seconds = (run.finished_at - run.started_at).total_seconds()
    yield _gauge("last_run_timestamp_seconds", "When the newest run of any process ended", run.finished_at.timestamp())
    yield _gauge("last_run_duration_seconds", "How long it took", seconds)
    yield _gauge("last_run_failed_symbols", "How many symbols failed in it", len(run.failed))
    bars = GaugeMetricFamily("stockdash_last_run_bars", "Bars in it, by what became of them", labels=["change"])
    for change in _CHANGES:
        bars.add_metric([change], getattr(run.written, change))
    yield bars


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(f"stockdash_{name}", says, value=float(value))


def _counter(name: str, says: str, value: float) -> Metric:
    return CounterMetricFamily(f"stockdash_{name}", says, value=value)
