import pytest

from stockdash.ingest.run import Ingestion
from stockdash.stores.sqlite import SqliteStore
from tests.ingest.few_bars import MARKET, FakeClock, FewBars, utc


@pytest.fixture
def clock():
    return FakeClock(utc("2026-11-18T18:00"))


@pytest.fixture
def store(tmp_path, clock):
    store = SqliteStore(tmp_path / "bars.db", clock=clock)
    yield store
    store.close()


@pytest.fixture
def source(clock):
    return FewBars(clock)


@pytest.fixture
def published():
    return []


@pytest.fixture
def ingestion(store, source, published, clock):
    return Ingestion(store, source, MARKET, published.extend, ttl_seconds=60, clock=clock)
