"""The file below the SQLite store: its connections, what happens when it is damaged, and sqlite3's errors as ours.

Connections are pooled, as a Streamlit page runs in a new thread each time. A damaged file is renamed, never
deleted, and a fresh one takes its place; connections notice that their file was replaced, also by another process.
"""

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from itertools import count
from pathlib import Path
from types import MappingProxyType

from stockdash.errors import StoreDamagedError, StoreError, StoreUnavailableError
from stockdash.stores.sqlite.opening import BUSY_SECONDS, Connection, Steps, connect, gate, make_folder, transaction

logger = logging.getLogger(__name__)

IDLE_CONNECTIONS = 8

Identity = tuple[int, int]
_MISSING: Identity = (0, 0)

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_RIGHTS = "It may not be written. Check the rights of the file and its folder."
_ADVICE = {
    sqlite3.SQLITE_BUSY: f"Another process has kept it locked for {BUSY_SECONDS:.0f} seconds. Stop it or try again.",
    sqlite3.SQLITE_FULL: "The disk is full. Free some space; what was stored before can still be read.",
    sqlite3.SQLITE_IOERR: "The disk refused. Is it full or gone? What was stored before can still be read.",
    sqlite3.SQLITE_READONLY: _RIGHTS,
    sqlite3.SQLITE_PERM: _RIGHTS,
    sqlite3.SQLITE_CANTOPEN: "It can't be opened. Check that its folder exists, may be written and has space left.",
}


class SqliteFile:
    """One SQLite file that any number of threads and processes use at once.

    `steps` lead to the schema. When a damaged file was set aside, `on_replaced` is called with a connection to
    the fresh one and a message; what can be read of the tables in `keep` is carried over, as far as their conditions
    allow.
    """

    def __init__(
        self,
        path: Path,
        steps: Steps,
        *,
        clock: Callable[[], datetime],
        keep: Mapping[str, str] = MappingProxyType({}),
        on_replaced: Callable[[Connection, str], None] = lambda *_: None,
    ) -> None:
        self.path = path
        self._steps = steps
        self._clock = clock
        self._keep = keep
        self._on_replaced = on_replaced
        self._idle: list[tuple[Identity, Connection]] = []
        self._lock = threading.Lock()
        self._closed = False
        make_folder(path.parent)
        with suppress(StoreDamagedError):
            self._check()
        # A damaged file has been replaced by now.
        self._check()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection; each statement sees one whole state."""
        with self._translated(), self._borrowed() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Lend a connection inside a transaction: committed at the end, taken back after an error."""
        with self._translated(), self._borrowed() as connection, transaction(connection):
            yield connection

    def close(self) -> None:
        """Close every connection; those lent out are closed when they come back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

    def __del__(self) -> None:
        # Python 3.13 warns about each connection that a forgotten store leaves open.
        self.close()

    def _check(self) -> None:
        with self.reading() as connection:
            connection.execute("select count(*) from sqlite_master").fetchone()

    @contextmanager
    def _borrowed(self) -> Iterator[Connection]:
        identity, connection = self._take()
        try:
            yield connection
        except BaseException:
            connection.close()
            raise
        self._give_back(identity, connection)

    def _take(self) -> tuple[Identity, Connection]:
        current = _identity(self.path)
        with self._lock:
            if self._closed:
                raise StoreUnavailableError(f"{self.path} was closed. Open the store again.")
            while self._idle:
                identity, connection = self._idle.pop()
                if identity == current:
                    return identity, connection
                connection.close()
        with gate(self.path, "shared"):
            connection = connect(self.path, self._steps)
            return _identity(self.path), connection

    def _give_back(self, identity: Identity, connection: Connection) -> None:
        with self._lock:
            if not self._closed and len(self._idle) < IDLE_CONNECTIONS:
                self._idle.append((identity, connection))
                return
        connection.close()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            code = _code(exc)
            if code in _DAMAGED:
                raise StoreDamagedError(self._replaced(exc)) from exc
            if code in _ADVICE:
                raise StoreUnavailableError(f"{self.path} failed: {exc}. {_ADVICE[code]}") from exc
            raise StoreError(f"{self.path} failed: {exc}.") from exc

    def _replaced(self, cause: sqlite3.Error) -> str:
        try:
            return self._replace(cause)
        except sqlite3.Error as exc:
            return (
                f"{self.path} is damaged ({cause}) and can't be set aside: {exc}. Check the rights of the file and its "
                "folder, stop every stockdash that uses it, and rename it."
            )

    def _replace(self, cause: sqlite3.Error) -> str:
        with gate(self.path, "exclusive"):
            if not _is_damaged(self.path):
                return f"{self.path} gave a damaged answer ({cause}), but is whole now. Try again."
            kept = {table: _readable_rows(self.path, table, where) for table, where in self._keep.items()}
            aside = _set_aside(self.path, self._clock())
            message = (
                f"{self.path} is damaged ({cause}). It was set aside as {aside.name} and a fresh file was started, "
                "into which the next ingest fetches the bars again."
            )
            if None in kept.values():
                message += " The watchlist and the templates can't be read any more."
            logger.error(message)
            with closing(connect(self.path, self._steps)) as fresh, transaction(fresh):
                for table, rows in kept.items():
                    _insert(fresh, table, rows or [])
                self._on_replaced(fresh, message)
            return message


def _code(exc: sqlite3.Error) -> int:
    # Errors of the sqlite3 module itself have no code; SQLite's extended codes hold the plain one in their low byte.
    return getattr(exc, "sqlite_errorcode", 0) & 0xFF


def _is_damaged(path: Path) -> bool:
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
        try:
            return connection.execute("pragma integrity_check(1)").fetchall() != [("ok",)]
        except sqlite3.DatabaseError as exc:
            return _code(exc) in _DAMAGED


def _readable_rows(path: Path, table: str, where: str) -> list[tuple[object, ...]] | None:
    """Give the rows up to where the damage begins; None when there is not one that can be read."""
    rows: list[tuple[object, ...]] = []
    with closing(sqlite3.connect(path, timeout=BUSY_SECONDS)) as connection:
        try:
            rows.extend(connection.execute(f"select * from {table} where {where}"))  # noqa: S608 - constants
        except sqlite3.Error:
            return rows or None
    return rows


def _insert(connection: Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    for row in rows:
        # A damaged table may hand out rows that its own columns refuse.
        with suppress(sqlite3.IntegrityError):
            connection.execute(f"insert into {table} values ({', '.join('?' * len(row))})", row)  # noqa: S608 - a constant


def _set_aside(path: Path, now: datetime) -> Path:
    name = f"{path.name}.damaged-{now:%Y%m%dT%H%M%S}"
    free = (path.with_name(f"{name}-{number}" if number else name) for number in count())
    aside = next(candidate for candidate in free if not candidate.exists())
    try:
        for ending in ("", "-wal", "-shm"):
            with suppress(FileNotFoundError):
                path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
    except OSError as exc:
        raise StoreDamagedError(
            f"{path} is damaged and can't be set aside: {exc}. Stop every stockdash that uses it and rename it."
        ) from exc
    return aside


def _identity(path: Path) -> Identity:
    try:
        status = path.stat()
    except FileNotFoundError:
        return _MISSING
    return (status.st_dev, status.st_ino)
