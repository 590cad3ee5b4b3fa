"""What an ingest run spends its time on, beside the pace at which a source lets itself be asked.

Run by hand: ``python tests/bench/ingest_speed.py [symbols]`` (500 unless given). The source answers at once, so all
time is ours: looking at what is due, comparing with what is stored, and writing, a transaction per answer.
"""

import sys
import tempfile
import time
from pathlib import Path

from stockdash.ingest import ingest
from stockdash.sources.polite import Manners
from stockdash.stores import Batch, Lease, Written
from stockdash.stores.sqlite import SqliteStore
from tests.ingest.few_bars import MARKET, FakeClock, FewBars, utc

DAYS = ("2026-11-16T22:00", "2026-11-17T22:00", "2026-11-18T22:00", "2026-11-19T22:00")


class Timed(SqliteStore):
    """Adds up the time of the writes."""

    seconds = 0.0

    def write(self, batch: Batch, lease: Lease) -> Written:
        start = time.perf_counter()
        try:
            return super().write(batch, lease)
        finally:
            self.seconds += time.perf_counter() - start


class Instant(FewBars):
    """Makes each answer once, and counts the requests."""

    requests = 0

    def fetch(self, symbol, interval, *, start, end=None):
        self.requests += 1
        key = (self.clock.now, interval, start, end)
        if key not in self.answers:
            self.answers[key] = super().fetch(symbol, interval, start=start, end=end)
        return self.answers[key]


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 500
    symbols = [f"S{number:04d}" for number in range(count)]
    clock = FakeClock(utc(DAYS[0]))
    source = Instant(clock)
    source.answers = {}
    pace = Manners().requests_a_minute / 60
    with tempfile.TemporaryDirectory() as folder:
        store = Timed(Path(folder) / "stockdash.db")
        lease = store.acquire("ingest", "bench", 3600)
        print(f"{'ms a symbol':<34}{'all':>8}{'writes':>8}{'share':>8}{'  at the pace of Yahoo':>22}")
        for at, day in enumerate(DAYS):
            for what in (["the whole history", "a new day"][at > 0], "nothing due"):
                clock.set(day)
                store.seconds, source.requests, start = 0.0, 0, time.perf_counter()
                ingest(store, source, MARKET, symbols=symbols, lease=lease, clock=clock)
                whole, waiting = time.perf_counter() - start, source.requests / pace
                figures = (1000 * whole / count, 1000 * store.seconds / count, store.seconds / whole)
                print(
                    f"{what:<34}{figures[0]:>8.2f}{figures[1]:>8.2f}{figures[2]:>8.0%}{1000 * waiting / count:>22.0f}"
                )
        store.close()


if __name__ == "__main__":
    main()
