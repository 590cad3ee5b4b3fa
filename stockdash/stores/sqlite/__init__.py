"""The embedded store: one SQLite file, many readers beside one writer, and nothing to install.

WAL with ``synchronous = full``: a write is whole and on the disk, or it never happened. Every write checks
its lease inside its own transaction, so a process that lost the lease can't store anything.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pandas as pd

from stockdash.bars import INTERVALS, Action, Interval
from stockdash.stores import ANCHOR, LOOKED, Batch, Coverage, Event, Lease, Run, Written
from stockdash.stores.rows import (
    BAR_FIELDS,
    actions_of,
    bars_of,
    event_of,
    facts_of,
    micros,
    moment_of,
    run_of,
    run_row,
    starting_with,
)
from stockdash.stores.sqlite import leases
from stockdash.stores.sqlite.file import SqliteFile
from stockdash.stores.sqlite.opening import Connection
from stockdash.stores.sqlite.schema import STEPS
from stockdash.stores.sqlite.writes import note, remember, rows_of, write_batches
from stockdash.symbols import Facts

# Some months of a run every half hour.
KEPT_RUNS = 1_000

_NO_END = 2**63 - 1
_COLUMNS = ", ".join(BAR_FIELDS)
_READ = {
    interval: f"select {_COLUMNS} from bars_{interval} where symbol = ? and ts >= ? and ts < ? order by ts"  # noqa: S608
    for interval in INTERVALS
}
# What users have set and who ingests outlive a damaged file; what was known of its bars does not.
_KEPT = {"state": " and ".join(f"key not glob '{prefix}*'" for prefix in (LOOKED, ANCHOR)), "leases": "true"}
_RUN = """
insert into runs (started_at, finished_at, holder, inserted, updated, unchanged, failed) values (?, ?, ?, ?, ?, ?, ?)
"""


def utc_now() -> datetime:
    """Give the present time in UTC."""
    return datetime.now(UTC)


class SqliteStore:
    """The store in the file `path`, which is made when missing; `clock` gives the UTC time leases go by."""

    def __init__(self, path: Path, *, clock: Callable[[], datetime] = utc_now) -> None:
        self._clock = clock
        self._notices: tuple[str, ...] = ()
        self._file = SqliteFile(path, STEPS, clock=clock, keep=_KEPT, on_replaced=self._note_damage)

    @property
    def name(self) -> str:
        """The file, for messages."""
        return f"The SQLite store {self._file.path}"

    @property
    def notices(self) -> tuple[str, ...]:
        """What happened to the file since it was opened; also kept as an event."""
        return self._notices

    def symbols(self) -> tuple[str, ...]:
        """Give every symbol with at least one bar, sorted."""
        with self._file.reading() as connection:
            return tuple(symbol for (symbol,) in connection.execute("select distinct symbol from coverage order by 1"))

    def read(
        self,
        symbol: str,
        interval: Interval,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        last: int | None = None,
    ) -> pd.DataFrame:
        """Give the observed frame of the bars that start in ``[start, end)``, or only the `last` of them."""
        bounds = (symbol, -_NO_END if start is None else micros(start), _NO_END if end is None else micros(end))
        with self._file.reading() as connection:
            if last is None:
                return bars_of(connection.execute(_READ[interval], bounds), origin=self.name)
            newest = connection.execute(f"{_READ[interval]} desc limit ?", (*bounds, last))
            return bars_of(newest, origin=self.name, newest_first=True)

    def actions(self, symbol: str) -> tuple[Action, ...]:
        """Give every version of every corporate action, sorted."""
        query = "select ex_date, kind, first_seen, value from actions where symbol = ?"
        with self._file.reading() as connection:
            return tuple(sorted(actions_of(connection.execute(query, (symbol,)))))

    def coverage(self, symbol: str, interval: Interval) -> Coverage | None:
        """Tell what is stored, or None for nothing."""
        query = "select first, last, count, last_fetched from coverage where symbol = ? and interval = ?"
        with self._file.reading() as connection:
            row = connection.execute(query, (symbol, interval)).fetchone()
        return row and Coverage(moment_of(row[0]), moment_of(row[1]), row[2], moment_of(row[3]))

    def stamp(self, symbol: str) -> str:
        """Give a text that changes whenever anything that is stored of the symbol changes."""
        query = "select id, (select revision from revisions where symbol = ?) from identity"
        with self._file.reading() as connection:
            identity, revision = connection.execute(query, (symbol,)).fetchone()
        return f"{identity}-{revision or 0}"

    def facts(self, symbol: str) -> Facts | None:
        """Tell what the symbol is, or None when nobody has said."""
        with self._file.reading() as connection:
            row = connection.execute("select facts from facts where symbol = ?", (symbol,)).fetchone()
        return row and facts_of(row[0])

    def events(self, symbol: str | None = None, *, last: int = 100) -> tuple[Event, ...]:
        """Give the newest events, newest first."""
        query = (
            "select at, symbol, interval, kind, detail from events where ? is null or symbol = ?"
            " order by at desc, id desc limit ?"
        )
        with self._file.reading() as connection:
            rows = connection.execute(query, (symbol, symbol, last)).fetchall()
        return tuple(event_of(row) for row in rows)

    def runs(self, *, last: int = 20) -> tuple[Run, ...]:
        """Give the newest ingest runs, newest first."""
        query = (
            "select started_at, finished_at, holder, inserted, updated, unchanged, failed from runs"
            " order by finished_at desc, id desc limit ?"
        )
        with self._file.reading() as connection:
            return tuple(run_of(row) for row in connection.execute(query, (last,)))

    def state(self, key: str) -> str | None:
        """Give a small remembered text, or None."""
        with self._file.reading() as connection:
            row = connection.execute("select value from state where key = ?", (key,)).fetchone()
        return row and cast("str", row[0])

    def states(self, prefix: str) -> Mapping[str, str]:
        """Give every remembered text whose key starts with `prefix`, sorted by key."""
        query = "select key, value from state where key >= ? and key < ? order by key"
        with self._file.reading() as connection:
            return dict(connection.execute(query, starting_with(prefix)))

    def write(self, batch: Batch, lease: Lease) -> Written:
        """Store the whole batch, or nothing of it; raises as the contract says."""
        return self.write_all((batch,), lease)

    def write_all(self, batches: Sequence[Batch], lease: Lease) -> Written:
        """Store all batches in one transaction, or nothing of them; raises as `write`."""
        rows = rows_of(batches)
        with self._file.writing() as connection:
            leases.check(connection, lease, self._clock())
            return write_batches(connection, batches, rows)

    def record_run(self, run: Run) -> None:
        """Remember an ingest run."""
        with self._file.writing() as connection:
            connection.execute(_RUN, run_row(run))
            connection.execute("delete from runs where id <= (select max(id) from runs) - ?", (KEPT_RUNS,))

    def set_state(self, key: str, value: str | None) -> None:
        """Remember a small text, or forget it with None; needs no lease."""
        with self._file.writing() as connection:
            if value is None:
                connection.execute("delete from state where key = ?", (key,))
            else:
                remember(connection, {key: value})

    def acquire(self, name: str, holder: str, ttl_seconds: float) -> Lease | None:
        """Take the lease if nobody holds it, else give None."""
        with self._file.writing() as connection:
            return leases.take(connection, name, holder, now=self._clock(), ttl_seconds=ttl_seconds)

    def renew(self, lease: Lease, ttl_seconds: float) -> Lease | None:
        """Prolong the lease, or give None when it is lost."""
        with self._file.writing() as connection:
            return leases.prolong(connection, lease, now=self._clock(), ttl_seconds=ttl_seconds)

    def release(self, lease: Lease) -> None:
        """Give the lease back; a lost one is left alone."""
        with self._file.writing() as connection:
            leases.give_back(connection, lease, self._clock())

    def lease(self, name: str) -> Lease | None:
        """Tell who holds the lease, or None."""
        with self._file.reading() as connection:
            return leases.held(connection, name, self._clock())

    def leases(self, prefix: str) -> tuple[Lease, ...]:
        """Give every lease that somebody holds and whose name starts with `prefix`, sorted by name."""
        with self._file.reading() as connection:
            return leases.all_held(connection, starting_with(prefix), self._clock())

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    def _note_damage(self, fresh: Connection, message: str) -> None:
        note(fresh, (Event(self._clock(), "", None, "damaged", message),))
        self._notices = (*self._notices, message)
