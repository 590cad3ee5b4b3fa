"""The file below the SQLite store: connections, transactions, migrations, damage, and sqlite3's errors as ours.

Connections are pooled, as a Streamlit page runs in a new thread each time. A damaged file is renamed, never
deleted, and a fresh one takes its place; connections notice that their file was replaced, also by another process.
"""

import logging
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from stockdash.errors import StoreDamagedError, StoreError, StoreTooNewError, StoreUnavailableError

logger = logging.getLogger(__name__)

Connection = sqlite3.Connection
Steps = tuple[tuple[str, ...], ...]
Identity = tuple[int, int]

# A writer holds the file for some milliseconds; waiting this long means that something is stuck.
BUSY_SECONDS = 10.0
RETRY_SECONDS = 0.02
IDLE_CONNECTIONS = 8

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)
_ADVICE = {
    sqlite3.SQLITE_BUSY: f"Another process has kept it locked for {BUSY_SECONDS:.0f} seconds. Stop it or try again.",
    sqlite3.SQLITE_FULL: "The disk is full. Free some space; what was stored before can still be read.",
    sqlite3.SQLITE_IOERR: "The disk refused. Is it full or gone? What was stored before can still be read.",
    sqlite3.SQLITE_READONLY: "It may not be written. Check the rights of the file and its folder.",
    sqlite3.SQLITE_PERM: "It may not be written. Check the rights of the file and its folder.",
    sqlite3.SQLITE_CANTOPEN: "It can't be opened. Check that its folder exists, may be written and has space left.",
}


class SqliteFile:
    """One SQLite file that any number of threads and processes use at once.

    `steps` lead to the schema. When a damaged file was set aside, `on_replaced` is called with a connection to
    the fresh one and a message; the readable rows of the tables in `keep` are carried over.
    """

    def __init__(
        self,
        path: Path,
        steps: Steps,
        *,
        clock: Callable[[], datetime],
        keep: tuple[str, ...] = (),
        on_replaced: Callable[[Connection, str], None] = lambda *_: None,
    ) -> None:
        self.path = path
        self._steps = steps
        self._clock = clock
        self._keep = keep
        self._on_replaced = on_replaced
        self._idle: list[tuple[Identity, Connection]] = []
        self._lock = threading.Lock()
        self._replacing = threading.Lock()
        self._closed = False
        try:
            self._check()
        except StoreDamagedError:
            # By now a fresh file has taken its place.
            self._check()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection; each statement sees one whole state."""
        with self._translated(), self._borrowed() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Lend a connection inside a transaction: committed at the end, taken back after an error."""
        with self._translated(), self._borrowed() as connection, _transaction(connection):
            yield connection

    def close(self) -> None:
        """Close every connection; those lent out are closed when they come back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for _, connection in idle:
            connection.close()

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
        connection = self._connect()
        return _identity(self.path), connection

    def _give_back(self, identity: Identity, connection: Connection) -> None:
        with self._lock:
            if not self._closed and len(self._idle) < IDLE_CONNECTIONS:
                self._idle.append((identity, connection))
                return
        connection.close()

    def _connect(self) -> Connection:
        _make_folder(self.path.parent)
        connection = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
        try:
            _use_wal(connection)
            connection.execute("pragma synchronous = full")
            if _version(connection) != len(self._steps):
                _migrate(connection, self._steps, self.path)
        except BaseException:
            connection.close()
            raise
        return connection

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            # Extended codes carry the plain one in their lowest byte.
            code = getattr(exc, "sqlite_errorcode", 0) & 0xFF
            if code in _DAMAGED:
                raise StoreDamagedError(self._replace(exc)) from exc
            if code in _ADVICE:
                raise StoreUnavailableError(f"{self.path} failed: {exc}. {_ADVICE[code]}") from exc
            raise StoreError(f"{self.path} failed: {exc}.") from exc

    def _replace(self, cause: sqlite3.Error) -> str:
        with self._replacing:
            if not self._is_damaged():
                return f"{self.path} gave a damaged answer ({cause}), but is whole. Try again."
            kept = {table: self._readable_rows(table) for table in self._keep}
            aside = _set_aside(self.path, self._clock())
            message = (
                f"{self.path} is damaged ({cause}). It was set aside as {aside.name} and a fresh file was started: "
                "the next ingest fetches the bars again."
            )
            logger.error(message)
            with closing(self._connect()) as fresh, _transaction(fresh):
                for table, rows in kept.items():
                    _insert(fresh, table, rows)
                self._on_replaced(fresh, message)
            return message

    def _is_damaged(self) -> bool:
        with closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS)) as connection:
            try:
                return connection.execute("pragma integrity_check(1)").fetchall() != [("ok",)]
            except sqlite3.DatabaseError as exc:
                return exc.sqlite_errorcode & 0xFF in _DAMAGED

    def _readable_rows(self, table: str) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = []
        with closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS)) as connection, suppress(sqlite3.Error):
            rows.extend(connection.execute(f"select * from {table}"))  # noqa: S608 - a constant
        return rows


@contextmanager
def _transaction(connection: Connection) -> Iterator[None]:
    connection.execute("begin immediate")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        # SQLite has already taken back a transaction that met a full disk.
        if connection.in_transaction:
            connection.rollback()
        raise


def _use_wal(connection: Connection) -> None:
    # Two processes that turn a new file to WAL at once get "locked" without SQLite's own waiting.
    give_up = time.monotonic() + BUSY_SECONDS
    while True:
        try:
            connection.execute("pragma journal_mode = wal")
        except sqlite3.OperationalError as exc:
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up:
                raise
            time.sleep(RETRY_SECONDS)
        else:
            return


def _migrate(connection: Connection, steps: Steps, path: Path) -> None:
    with _transaction(connection):
        version = _version(connection)
        if version > len(steps):
            raise StoreTooNewError(
                f"{path} was written by a newer stockdash (schema {version}; this one knows {len(steps)}). "
                "Upgrade with: pip install -U stockdash. Or point STOCKDASH_DATA_DIR at another folder."
            )
        for step in steps[version:]:
            for statement in step:
                connection.execute(statement)
        connection.execute(f"pragma user_version = {len(steps)}")
    if version:
        logger.info("%s was migrated from schema %d to %d", path, version, len(steps))


def _version(connection: Connection) -> int:
    return int(connection.execute("pragma user_version").fetchone()[0])


def _insert(connection: Connection, table: str, rows: list[tuple[object, ...]]) -> None:
    for row in rows:
        # A damaged table may hand out rows that its own columns refuse.
        with suppress(sqlite3.IntegrityError):
            connection.execute(f"insert into {table} values ({', '.join('?' * len(row))})", row)  # noqa: S608 - a constant


def _set_aside(path: Path, now: datetime) -> Path:
    aside = path.with_name(f"{path.name}.damaged-{now:%Y%m%dT%H%M%S%f}")
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
        return (0, 0)
    return (status.st_dev, status.st_ino)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise StoreUnavailableError(f"The folder {folder} can't be made: {exc}. Set STOCKDASH_DATA_DIR.") from exc
