from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from stockdash.stores import Store
from stockdash.stores.sqlite import SqliteStore
from tests.ingest.many_instances import ManyInstances


class TestOnSqlite(ManyInstances):
    @pytest.fixture
    def opening(self, tmp_path: Path) -> Callable[[], Store]:
        return partial(SqliteStore, tmp_path / "stockdash.db")
