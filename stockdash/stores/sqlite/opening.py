"""Opening the SQLite file: its folder, its settings, and the way from an older schema to the present one."""

import logging
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Literal

from stockdash.errors import StoreTooNewError, StoreUnavailableError

logger = logging.getLogger(__name__)

Connection = sqlite3.Connection
Steps = tuple[tuple[str, ...], ...]

# A writer holds the file for some milliseconds; waiting this long means that something is stuck.
BUSY_SECONDS = 10.0
RETRY_SECONDS = 0.02


@contextmanager
def gate(path: Path, mode: Literal["shared", "exclusive"]) -> Iterator[None]:
    """Pass the gate to the file, which is shut while a damaged one is renamed.

    Else a process could open the file between the renaming of it and of its log, and replay a log that is not its
    own. The lock is SQLite's, on an empty file, as that works on every system and ends with its process.

    Raises
    ------
    StoreUnavailableError
        The file to lock is not empty.
    """
    own = path.with_name(f"{path.name}.lock")
    with closing(_plain(own)) as lock:
        try:
            lock.execute("begin exclusive" if mode == "exclusive" else "begin")
            lock.execute("select count(*) from sqlite_master").fetchone()
        except sqlite3.DatabaseError as exc:
            if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_NOTADB:
                raise
            raise StoreUnavailableError(f"{own} should be empty, but has something in it. Delete it.") from exc
        yield


def connect(path: Path, steps: Steps) -> Connection:
    """Open the file, which is made when missing, and bring its schema to the last of `steps`.

    Raises
    ------
    StoreTooNewError
        A newer stockdash has written it.
    """
    connection = _plain(path)
    try:
        _use_wal(connection)
        connection.execute("pragma synchronous = full")
        if _version(connection) != len(steps):
            _migrate(connection, steps, path)
    except BaseException:
        connection.close()
        raise
    return connection


def make_folder(folder: Path) -> None:
    """Make the folder of the file.

    Raises
    ------
    StoreUnavailableError
        It can't be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as exc:
        raise StoreUnavailableError(f"The folder {folder} can't be made: {exc}. Set STOCKDASH_DATA_DIR.") from exc


@contextmanager
def transaction(connection: Connection) -> Iterator[None]:
    """Hold the right to write; commit at the end, or take everything back after an error."""
    connection.execute("begin immediate")
    try:
        yield
        connection.execute("commit")
    except BaseException:
        # SQLite has already taken back a transaction that met a full disk.
        if connection.in_transaction:
            connection.rollback()
        raise


def _plain(path: Path) -> Connection:
    # The pool sees to it that one thread at a time uses a connection.
    return sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)


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
    with transaction(connection):
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
