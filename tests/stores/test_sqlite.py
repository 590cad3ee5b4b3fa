from collections.abc import Iterator
from pathlib import Path

import pytest

from stockdash.stores import Store
from stockdash.stores.sqlite import SqliteStore
from tests.stores.contract import StoreContract
from tests.stores.read_contract import Filled
from tests.stores.samples import Clock, fill


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "stockdash.db"


@pytest.fixture
def store(path: Path, clock: Clock) -> Iterator[SqliteStore]:
    store = SqliteStore(path, clock=clock)
    yield store
    store.close()


class TestSqliteStore(StoreContract):
    @pytest.fixture
    def opened_again(self, path: Path, clock: Clock) -> Iterator[SqliteStore]:
        again = SqliteStore(path, clock=clock)
        yield again
        again.close()

    @pytest.fixture
    def filled(self, store: Store) -> Filled:
        return lambda *batches, **rest: fill(store, *batches, **rest)
