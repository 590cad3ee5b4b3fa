"""Whether an ingest run takes more memory for more symbols: `python -m tests.bench.ingest_memory`.

Each run has a process of its own, stores the whole made-up history of its symbols (twenty years of days, 59 days of
half hours) in a new file, and tells its peak of resident memory. The floor is a run over one symbol.
"""

import multiprocessing
import resource
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from stockdash.ingest import ingest
from stockdash.market import Market
from stockdash.sources.demo import DemoSource
from stockdash.stores.sqlite import SqliteStore

COUNTS = (1, 50, 500)
NOW = datetime(2026, 11, 20, 22, 0, tzinfo=UTC)


def main() -> None:
    """Print the peaks."""
    with multiprocessing.get_context("spawn").Pool(1, maxtasksperchild=1) as pool:
        peaks = {count: pool.apply(peak_megabytes, (count,)) for count in COUNTS}
    for count, peak in peaks.items():
        print(f"{count:5,d} symbols: {peak:6.1f} MB at most, {peak / peaks[1]:.2f} times that of one")


def peak_megabytes(count: int) -> float:
    """Ingest so many symbols and give this process's peak."""
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "stockdash.db", clock=lambda: NOW)
        lease = store.acquire("ingest", "bench", 3600)
        assert lease is not None
        symbols = [f"S{number}" for number in range(count)]
        report = ingest(store, DemoSource(lambda: NOW), Market(), symbols=symbols, lease=lease, clock=lambda: NOW)
        assert len(report.changed) == count
        store.close()
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
