"""Damage to a SQLite store's file."""

import sqlite3
from contextlib import closing
from pathlib import Path


def spoil_table(path: Path, table: str) -> None:
    """Overwrite the root page of `table`."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("pragma wal_checkpoint(truncate)")
        query = "select rootpage, (select page_size from pragma_page_size) from sqlite_master where name = ?"
        page, size = connection.execute(query, (table,)).fetchone()
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : page * size] = b"\xa5" * size
    path.write_bytes(content)
