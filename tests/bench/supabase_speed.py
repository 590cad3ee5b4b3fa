"""How fast the Supabase store reads and writes, against bare psycopg on the same PostgreSQL in the same run.

Run by hand: ``python -m tests.bench.supabase_speed [rows]``: `rows` daily bars, in millions, are filled in first (none
unless given; 50 take some 8 GB and half an hour). Supabase Lite stands before the PostgreSQL. The two take turns,
and each ratio is the median of the pairs.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import psycopg

from stockdash.bars import TS_DTYPE, Action
from stockdash.query import read_bars
from stockdash.stores import Batch
from stockdash.stores.supabase import SupabaseStore
from tests.peers import postgres, supabase_lite
from tests.peers.postgres import Postgres
from tests.peers.supabase import FILES
from tests.stores.supabase_contenders import winners

BARS, WRITTEN, ROUNDS, WRITE_ROUNDS = 5_000, 100_000, 40, 8
CONTENDERS, CONTESTS = 64, 200
FIRST_DAY, NOW = datetime(2004, 1, 1, tzinfo=UTC), datetime(2024, 6, 10, 20, 30, tzinfo=UTC)
COLUMNS = "ny_date, open, high, low, close, volume, fetched_at, final"
READ = f"select {COLUMNS} from price_bars_1d where ticker = %s order by ny_date"  # noqa: S608 - a constant
COPY = f"copy price_bars_1d (ticker, {COLUMNS}) from stdin"
# Half of the memory that a small project has.
SETTINGS = ("shared_buffers = 1GB", "max_wal_size = 8GB")

# As one load after the other brings them, each symbol's history together; or as ten thousand evenings do, each day
# together, so that a symbol's rows lie far apart.
FILL = """
insert into price_bars_1d (ticker, ny_date, open, high, low, close, volume, fetched_at, final)
select
    '{prefix}' || to_char(symbol, 'fm00000'), date '2004-01-01' + day, price, price * 1.01, price * 0.99,
    price * 1.001, 1000000 + day, timestamptz '2024-06-10 20:30Z', true
from generate_series(%s::int, %s::int) as symbol, generate_series(0, 4999) as day,
    lateral (select 50 + 40 * sin(symbol + day / 97.0) as price) as made_up
order by {order}
"""


def frame(count: int, seed: int = 1) -> pd.DataFrame:
    close = 100 * np.exp(np.cumsum(np.random.default_rng(seed).normal(0, 0.01, count)))
    index = pd.date_range(FIRST_DAY, periods=count, name="ts", unit="us")
    prices = {"open": close * 0.999, "high": close * 1.01, "low": close * 0.99, "close": close}
    fetched_at = pd.DatetimeIndex([NOW] * count, dtype=TS_DTYPE)
    return pd.DataFrame({**prices, "volume": 10**6, "fetched_at": fetched_at.array, "final": True}, index=index)


def history_actions() -> list[Action]:
    """Give 80 dividends and two splits, as an old company has them."""
    dividends = [Action((FIRST_DAY + timedelta(days=60 * n)).date(), "dividend", NOW, 0.1) for n in range(1, 81)]
    return [*dividends, *(Action((FIRST_DAY + timedelta(days=n)).date(), "split", NOW, 2.0) for n in (1000, 3000))]


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def compared(name: str, plain: Callable[[], object], ours: Callable[[], object], rounds: int = ROUNDS) -> float:
    pairs = [(seconds(plain), seconds(ours)) for _ in range(rounds + 1)][1:]  # the first fills caches
    plain_ms, ours_ms = (1000 * statistics.median(side) for side in zip(*pairs, strict=True))
    ratio = statistics.median(ours / plain for plain, ours in pairs)
    print(f"{name:<58}{plain_ms:>10.1f}{ours_ms:>10.1f}{ratio:>8.2f}")
    return ours_ms


def compare_reads(store: SupabaseStore, plain: psycopg.Connection, symbol: str) -> None:
    def query() -> pd.DataFrame:
        rows = plain.execute(READ, (symbol,)).fetchall()
        return pd.DataFrame(rows, columns=COLUMNS.split(", "))

    compared(
        "5,000 daily bars: rows", lambda: plain.execute(READ, (symbol,)).fetchall(), lambda: store.read(symbol, "1d")
    )
    compared("5,000 daily bars as a frame, checked", query, lambda: store.read(symbol, "1d"))
    compared("5,000 daily bars as a frame, checked and adjusted", query, lambda: read_bars(store, symbol, "1d"))


class Batches:
    """Ever new symbols, with 100,000 bars together: as rows for COPY or as batches."""

    def __init__(self) -> None:
        self.number = 0
        self.bars = [frame(BARS, seed) for seed in range(WRITTEN // BARS)]
        self.rows = [
            (index.date(), *row)
            for bars in self.bars
            for index, row in zip(bars.index, bars.to_numpy().tolist(), strict=True)
        ]

    def names(self, kind: str) -> list[str]:
        self.number += 1
        return [f"{kind}{self.number:03}N{number:02}" for number in range(len(self.bars))]

    def batches(self) -> list[Batch]:
        return [Batch(name, {"1d": bars}) for name, bars in zip(self.names("W"), self.bars, strict=True)]


def copy(plain: psycopg.Connection, names: list[str], batches: Batches) -> None:
    with plain.cursor() as cursor, cursor.copy(COPY) as into:
        for number, row in enumerate(batches.rows):
            into.write_row((names[number // BARS], *row))


def compare_writes(store: SupabaseStore, plain: psycopg.Connection) -> None:
    lease = store.acquire("ingest", "bench", 3600)
    assert lease is not None
    made, firsts, agains, changed = Batches(), [], [], 0

    for _ in range(WRITE_ROUNDS):
        names, given = made.names("C"), made.batches()
        copied = seconds(lambda names=names: copy(plain, names, made))
        first = seconds(lambda given=given: store.write_all(given, lease))
        start = time.perf_counter()
        again = store.write_all(given, lease)
        firsts.append((copied, first))
        agains.append((first, time.perf_counter() - start))
        changed += again.inserted + again.updated
    for name, pairs in (("100,000 new bars, against COPY", firsts), ("the same again, against the first time", agains)):
        left, right = (1000 * statistics.median(side) for side in zip(*pairs, strict=True))
        ratio = statistics.median(b / a for a, b in pairs)
        print(f"{name:<58}{left:>10.1f}{right:>10.1f}{ratio:>8.2f}")
    print(f"{'bars reported changed the second time':<58}{changed:>28}")
    store.release(lease)


def compare_leases(store: SupabaseStore, plain: psycopg.Connection) -> None:
    requests: list[object] = []
    store._api._http.event_hooks = {"request": [requests.append]}
    lease = store.acquire("count", "bench", 60)
    store.renew(lease, 60)
    store.release(lease)
    print(f"{'requests for acquire, renew and release':<58}{len(requests):>28}")
    store._api._http.event_hooks = {}

    def ours() -> None:
        store.release(store.renew(store.acquire("bench", "bench", 60), 60))

    def bare() -> None:
        token = plain.execute("select acquire_ingest_lock('bare', 'bench', 60)").fetchone()[0]
        plain.execute("select heartbeat_ingest_lock('bare', 'bench', 60, %s)", (token,))
        plain.execute("select release_ingest_lock('bare', 'bench', %s)", (token,))

    compared("acquire, renew, release", bare, ours)


def contend(server: Postgres, folder: Path) -> None:
    with project(server, folder, "contended") as (store, _):
        url, key = str(store._api._client.supabase_url), store._api._client.supabase_key
        start = time.perf_counter()
        rounds = winners(url, key, processes=CONTENDERS, rounds=CONTESTS)
        taken = time.perf_counter() - start
    one_each = sum(tokens == [number] for number, tokens in enumerate(rounds, 1))
    print(f"{CONTENDERS} processes, {CONTESTS} times: one holder in {one_each} of them ({taken:.0f} s)")


def fill(plain: psycopg.Connection, millions: int) -> None:
    """Fill in rows, a tenth of them day by day."""
    symbols, scattered = millions * 180, millions * 20
    start = time.perf_counter()
    for first in range(0, symbols, 500):
        query = FILL.format(prefix="F", order="symbol, day")
        plain.execute(query, (first, min(first + 500, symbols) - 1))
    plain.execute(FILL.format(prefix="D", order="day, symbol"), (0, scattered - 1))
    plain.execute("vacuum analyze price_bars_1d")
    table, indexes = plain.execute(
        "select pg_size_pretty(pg_table_size('price_bars_1d')), pg_size_pretty(pg_indexes_size('price_bars_1d'))"
    ).fetchone()
    print(f"filled {millions} million rows in {time.perf_counter() - start:.0f} s: table {table}, indexes {indexes}")


def compare_sizes(small: SupabaseStore, large: SupabaseStore, plain: psycopg.Connection, millions: int) -> None:
    """Read in turns from a project with one symbol and from one with all."""
    draw = np.random.default_rng(7)
    for prefix, count, how in (("F", millions * 180, "together"), ("D", millions * 20, "scattered")):
        symbols = iter([f"{prefix}{number:05}" for number in draw.integers(0, count, ROUNDS + 1)])
        compared(
            f"read_bars with few rows, with {millions} million ({how})",
            lambda: read_bars(small, "READ", "1d"),
            lambda symbols=symbols: read_bars(large, next(symbols), "1d"),
        )
    explain(plain, "F00007")


def explain(plain: psycopg.Connection, symbol: str) -> None:
    for name, query in {
        "read": READ.replace("%s", f"'{symbol}'"),
        "newest": f"select * from price_bars_1d where ticker = '{symbol}' order by ny_date desc limit 4",  # noqa: S608
        "events": "select * from quality_events order by at desc, id desc limit 100",
        "states": "select * from app_state where key >= 'watch:' and key < 'watch:' || chr(1114111)",
    }.items():
        plan = plain.execute(f"explain (analyze, costs off, timing off, summary off) {query}").fetchall()
        print(f"explain {name}: " + " / ".join(line.strip() for (line,) in plan))


@contextmanager
def project(server: Postgres, folder: Path, name: str) -> Iterator[tuple[SupabaseStore, psycopg.Connection]]:
    server.new_database(name)
    server.apply(*FILES, database=name)
    with (
        supabase_lite.running(folder / name, database=server.url(name)) as lite,
        psycopg.connect(server.url(name), autocommit=True) as plain,
    ):
        store = SupabaseStore(lite.url, lite.keys.secret)
        yield store, plain
        store.close()


def run(server: Postgres, folder: Path, millions: int) -> None:
    with project(server, folder, "small") as (store, plain):
        lease = store.acquire("ingest", "bench", 3600)
        store.write(Batch("READ", {"1d": frame(BARS)}, history_actions()), lease)
        store.release(lease)
        print(f"{'medians, ms':<58}{'bare':>10}{'stockdash':>10}{'ratio':>8}")
        if millions:
            with project(server, folder, "large") as (large, beside):
                fill(beside, millions)
                compare_sizes(store, large, beside, millions)
        compare_reads(store, plain, "READ")
        compare_writes(store, plain)
        compare_leases(store, plain)


def main() -> None:
    millions = int(sys.argv[1]) if len(sys.argv) > 1 else 0
    with tempfile.TemporaryDirectory(prefix="stockdash-") as name:
        Path(name).chmod(0o755)
        with postgres.running(Path(name) / "pg", *SETTINGS) as server:
            run(server, Path(name), millions)
            contend(server, Path(name))


if __name__ == "__main__":
    main()
