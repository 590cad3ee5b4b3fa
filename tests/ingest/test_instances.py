import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

from stockdash.stores import Store
from stockdash.stores.sqlite import SqliteStore
from tests.ingest.many_instances import ManyInstances

MEMORY = Path("/dev/shm")  # noqa: S108 - where there is one: a disk is waited for at each write


class TestOnSqlite(ManyInstances):
    @pytest.fixture
    def opening(self) -> Iterator[Callable[[], Store]]:
        with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
            yield partial(SqliteStore, Path(folder) / "stockdash.db")
