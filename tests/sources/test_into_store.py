"""From Yahoo into the store and out again: real NVIDIA bars across the ten for one split of 2024-06-10."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pandas as pd
import pytest

from stockdash.bars import INTERVALS
from stockdash.ingest import Report, ingest
from stockdash.market import Market
from stockdash.query import read_bars
from stockdash.sources.yahoo import YahooSource
from stockdash.stores.sqlite import SqliteStore
from tests.peers.real_world import RealWorld
from tests.peers.yahoo import YahooPeer

MOMENTS = [
    datetime(2024, 6, 7, 17, 45, tzinfo=UTC),
    datetime(2024, 6, 7, 21, tzinfo=UTC),
    datetime(2024, 6, 10, 14, 10, tzinfo=UTC),
    datetime(2024, 6, 12, 21, tzinfo=UTC),
    datetime(2024, 10, 1, 15, tzinfo=UTC),
]


@pytest.fixture(scope="module")
def world(real_bars: Path) -> RealWorld:
    return RealWorld(real_bars)


@pytest.fixture
def store(yahoo: YahooPeer, world: RealWorld, tmp_path: Path) -> SqliteStore:
    yahoo.world = world
    return SqliteStore(tmp_path / "bars.sqlite", clock=yahoo)


def _run(store: SqliteStore, source: YahooSource, yahoo: YahooPeer, *symbols: str) -> Report:
    lease = store.acquire("ingest", "test", 60)
    report = ingest(store, source, Market(), symbols=symbols, lease=lease, clock=yahoo)
    store.release(lease)
    return report


def test_store_holds_what_a_fresh_download_has(store: SqliteStore, yahoo: YahooPeer, yahoo_source: YahooSource):
    for yahoo.now in MOMENTS:
        assert _run(store, yahoo_source, yahoo, "NVDA").failed == {}
        for interval in INTERVALS:
            fresh = yahoo_source.fetch("NVDA", interval, start=None).bars
            stored = read_bars(store, "NVDA", interval, mode="splits").bars.loc[fresh.index]
            pd.testing.assert_frame_equal(stored[fresh.columns], fresh, rtol=1e-6)


def test_adjusted_prices_are_those_of_yahoo(store: SqliteStore, yahoo: YahooPeer, yahoo_source: YahooSource):
    for yahoo.now in MOMENTS:
        _run(store, yahoo_source, yahoo, "NVDA")
    fresh = yahoo_source.fetch("NVDA", "1d", start=None)
    adjusted = read_bars(store, "NVDA", "1d").bars["close"]
    pd.testing.assert_series_equal(adjusted, fresh.adj_close, rtol=1e-4, check_names=False)


def test_second_run_asks_nothing(store: SqliteStore, yahoo: YahooPeer, yahoo_source: YahooSource):
    yahoo.now = MOMENTS[-1]
    _run(store, yahoo_source, yahoo, "NVDA")
    yahoo.requests.clear()
    assert _run(store, yahoo_source, yahoo, "NVDA").skipped == ("NVDA",)
    assert yahoo.asked() == []


def test_vendor_that_stopped_long_ago_changes_nothing_stored(
    store: SqliteStore, yahoo: YahooPeer, yahoo_source: YahooSource
):
    yahoo.now = MOMENTS[-1]
    _run(store, yahoo_source, yahoo, "NVDA")
    late = YahooSource(lambda: yahoo.now + timedelta(days=90), cache_dir=yahoo_source._cache_dir)
    lease = store.acquire("ingest", "test", 60)
    reports = [
        ingest(store, late, Market(), symbols=["NVDA"], lease=lease, clock=lambda: yahoo.now + timedelta(days=90))
        for _ in range(2)
    ]
    assert reports[1].written.updated == 0
    assert reports[1].written.inserted == 0


@pytest.mark.parametrize("fault", ["500", "429", "null_rows", "no_newest"])
def test_fault_of_one_symbol_leaves_what_is_stored_and_the_others(
    store: SqliteStore, yahoo: YahooPeer, yahoo_source: YahooSource, fault: str
):
    yahoo.now = MOMENTS[0]
    _run(store, yahoo_source, yahoo, "TSM", "NVDA")
    before = store.read("NVDA", "1d")
    yahoo.now = MOMENTS[1]
    yahoo.fail("NVDA", fault)
    report = _run(store, yahoo_source, yahoo, "TSM", "NVDA")
    assert "TSM" in report.changed
    assert store.read("NVDA", "1d").index.equals(before.index)
    assert set(report.failed) == (set() if fault in ("null_rows", "no_newest") else {"NVDA"})
