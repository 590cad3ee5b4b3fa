"""How fast the SQLite store reads and writes, against plain sqlite3 on the same file in the same run.

Run by hand: ``python tests/bench/store_speed.py [symbols]`` (500 unless given; a folder of 240 MB while it runs).
The two take turns, and each ratio is the median of the pairs. Before each write the write-ahead log is emptied: whoever
reaches SQLite's limit of a thousand pages would tidy up after both.
"""

import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from stockdash.bars import COLUMNS, TS_DTYPE, Action
from stockdash.query import read_bars
from stockdash.stores import Batch, Lease
from stockdash.stores.sqlite import SqliteStore

BARS, ROUNDS, PLAIN_SYMBOLS = 5_000, 30, 500
FIRST_DAY, NOW = datetime(2004, 1, 1, tzinfo=UTC), datetime(2024, 6, 10, 20, 30, tzinfo=UTC)
FIELDS = ("ts", *COLUMNS, "fetched_at", "final")
READ = f"select {', '.join(FIELDS)} from bars_1d where symbol = ? order by ts"  # noqa: S608
INSERT = f"insert into bars_1d (symbol, {', '.join(FIELDS)}) values (?{', ?' * len(FIELDS)})"  # noqa: S608
GROUP = 50


def frame(count: int, first_day: datetime = FIRST_DAY) -> pd.DataFrame:
    close = 100 * np.exp(np.cumsum(np.random.default_rng(count).normal(0, 0.01, count)))
    index = pd.date_range(first_day, periods=count, name="ts", unit="us")
    prices = {"open": close * 0.999, "high": close * 1.01, "low": close * 0.99, "close": close}
    fetched_at = pd.DatetimeIndex([NOW] * count, dtype=TS_DTYPE)
    return pd.DataFrame({**prices, "volume": 10**6, "fetched_at": fetched_at.array, "final": True}, index=index)


def history_actions() -> list[Action]:
    """Give 80 dividends and two splits, as an old company has them."""
    dividends = [Action((FIRST_DAY + timedelta(days=60 * n)).date(), "dividend", NOW, 0.1) for n in range(1, 81)]
    return [*dividends, *(Action((FIRST_DAY + timedelta(days=n)).date(), "split", NOW, 2.0) for n in (1000, 3000))]


def filled(folder: Path, symbols: list[str]) -> tuple[SqliteStore, Lease]:
    store = SqliteStore(folder / "stockdash.db")
    lease = store.acquire("ingest", "bench", 3600)
    assert lease is not None
    bars, actions = frame(BARS), history_actions()
    for at in range(0, len(symbols), 10):
        store.write_all([Batch(symbol, {"1d": bars}, actions) for symbol in symbols[at : at + 10]], lease)
    return store, lease


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compared(
    name: str,
    plain: Callable[[Any], object],
    ours: Callable[[Any], object],
    *,
    prepare: tuple[Callable[[], object], Callable[[], object]] = (lambda: None, lambda: None),
    rounds: int = ROUNDS,
) -> None:
    """Time both sides in turn; what they are handed is made just before, outside the time taken."""
    pairs = []
    for _ in range(rounds + 1):
        for_plain = prepare[0]()
        plain_seconds = seconds(lambda handed=for_plain: plain(handed))
        for_ours = prepare[1]()
        pairs.append((plain_seconds, seconds(lambda handed=for_ours: ours(handed))))
    del pairs[0]  # it filled the page caches of both
    plain_ms, ours_ms = (1000 * statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(ours / plain for plain, ours in pairs)
    print(f"{name:<58}{plain_ms:>10.2f}{ours_ms:>10.2f}{ratio:>8.2f}")


def compare_reads(store: SqliteStore, plain: sqlite3.Connection, symbol: str) -> None:
    def query(_: object) -> pd.DataFrame:
        return pd.DataFrame(plain.execute(READ, (symbol,)).fetchall(), columns=FIELDS)

    compared("5,000 daily bars: observed, checked", query, lambda _: store.read(symbol, "1d"))
    compared("5,000 daily bars: adjusted, checked (read_bars)", query, lambda _: read_bars(store, symbol, "1d"))


class Days:
    """A new day for every symbol, each time it is asked, as rows for sqlite3 or as batches."""

    def __init__(self, symbols: list[str]) -> None:
        self.symbols = symbols
        self.day = FIRST_DAY + timedelta(days=BARS)

    def next_day(self) -> datetime:
        self.day += timedelta(days=1)
        return self.day

    def rows(self) -> list[tuple[object, ...]]:
        start, fetched_at = (int(moment.timestamp() * 1e6) for moment in (self.next_day(), NOW))
        return [(symbol, start, 10.0, 11.0, 9.0, 10.5, 10**6, fetched_at, 1) for symbol in self.symbols]

    def batches(self) -> list[Batch]:
        """Give a batch per symbol; each twentieth also pays a dividend."""
        day = self.next_day()
        dividend = Action(day.date(), "dividend", NOW, 0.1)
        return [Batch(s, {"1d": frame(1, day)}, [dividend][: n % 20 == 0]) for n, s in enumerate(self.symbols)]


def compare_writes(store: SqliteStore, lease: Lease, plain: sqlite3.Connection, symbols: list[str]) -> None:
    days = Days(symbols)
    ways: dict[str, Callable[[list[Batch]], object]] = {
        "one transaction": lambda batches: store.write_all(batches, lease),
        f"a transaction per {GROUP} symbols": lambda batches: in_groups(store, lease, batches),
        "a transaction per symbol": lambda batches: [store.write(batch, lease) for batch in batches],
    }
    for name, way in ways.items():
        compared(
            f"a day for {len(symbols)} symbols: {name}",
            lambda rows: bare(plain, rows),
            way,
            prepare=(lambda: tidied(plain, days.rows), lambda: tidied(plain, days.batches)),
            rounds=20,
        )


def tidied(plain: sqlite3.Connection, prepare: Callable[[], Any]) -> Any:
    plain.execute("pragma wal_checkpoint(truncate)").fetchall()
    return prepare()


def in_groups(store: SqliteStore, lease: Lease, batches: list[Batch]) -> None:
    for at in range(0, len(batches), GROUP):
        store.write_all(batches[at : at + GROUP], lease)


def bare(plain: sqlite3.Connection, rows: list[tuple[object, ...]]) -> None:
    plain.execute("begin immediate")
    plain.executemany(INSERT, rows)
    plain.execute("commit")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else PLAIN_SYMBOLS
    symbols = [f"S{number:04d}" for number in range(count)]
    with tempfile.TemporaryDirectory() as folder:
        store, lease = filled(Path(folder), symbols)
        plain = sqlite3.connect(Path(folder) / "stockdash.db", isolation_level=None)
        plain.execute("pragma synchronous = full")
        print(f"{'medians, ms':<58}{'sqlite3':>10}{'stockdash':>10}{'ratio':>8}")
        compare_reads(store, plain, symbols[count // 2])
        compare_writes(store, lease, plain, symbols)
        plain.close()
        store.close()


if __name__ == "__main__":
    main()
