from collections.abc import Iterator
from pathlib import Path

import pytest

from stockdash.stores import Batch, Store, Written
from stockdash.stores.sqlite import SqliteStore
from tests.stores.contract import StoreContract
from tests.stores.read_contract import Filled
from tests.stores.samples import Clock, fill, hold, observed


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

    def test_the_later_of_two_batches_of_a_symbol_stays(self, store: Store):
        batches = [Batch("NVDA", {"1d": observed(2, close=close)}) for close in (10.0, 11.0)]
        assert store.write_all(batches, hold(store)) == Written(inserted=2, updated=2)
        assert set(store.read("NVDA", "1d")["close"]) == {11.0}
