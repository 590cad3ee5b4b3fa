from datetime import UTC, datetime, timedelta

import pytest

from stockdash.health import OLDEST, measure
from stockdash.ingest.status import held
from stockdash.market import Market
from stockdash.stores import Batch, Run, Written
from stockdash.stores.sqlite import SqliteStore
from tests.pages.stored import FETCHED, fill

MARKET = Market()
SATURDAY = datetime(2026, 11, 21, 12, tzinfo=UTC)
RUN = Run(FETCHED - timedelta(seconds=90), FETCHED, "host:1", Written(3, 2, 1), {"X": "no such symbol"})


@pytest.fixture
def store(tmp_path):
    opened = SqliteStore(tmp_path / "stockdash.db")
    fill(opened, "NVDA", "AAPL")
    yield opened
    opened.close()


def vitals(store, *watched, now=SATURDAY):
    return measure(store, held(store, watched), market=MARKET, now=now)


def test_what_the_newest_run_brought_is_well(store):
    seen = vitals(store, "NVDA", "AAPL")
    assert (seen.watched, seen.stale, seen.trouble) == (2, 0, "")
    assert seen.staleness == {"1d": timedelta(0), "30m": timedelta(0)}


def test_a_missing_bar_is_as_old_as_since_when_it_could_have_been_fetched(store):
    monday_evening = datetime(2026, 11, 23, 22, tzinfo=UTC)
    seen = vitals(store, "NVDA", now=monday_evening)
    # The day is final at 16:20 New York, its first half hour (09:30 to 10:00) at 10:15: 21:20 and 15:15 UTC.
    assert seen.staleness == {"1d": timedelta(minutes=40), "30m": timedelta(hours=6, minutes=45)}
    assert seen.stale == 1


def test_trouble_tells_how_many_and_names_none(store):
    assert vitals(store, "NVDA", "TSM").trouble == (
        "data stale: 1 of 2 watched symbols lack bars that a run should have brought"
    )


def test_what_was_never_fetched_is_as_old_as_anything(store):
    assert vitals(store, "TSM").staleness["1d"] == OLDEST


def test_nothing_watched_is_well(store):
    assert vitals(store).trouble == ""


def test_runs_and_the_lease_are_told(store):
    store.record_run(RUN)
    assert vitals(store).runs[0] == RUN
    assert vitals(store).lease_held is False
    assert store.acquire("ingest", "other", 60) is not None
    assert vitals(store).lease_held is True


def test_symbols_round_the_clock_are_final_at_midnight(store):
    lease = store.acquire("ingest", "test", 60)
    assert lease is not None
    store.write(Batch("BTC-USD", {"1d": store.read("NVDA", "1d")}), lease)
    # Friday's bar ends at midnight UTC, and was fetched two hours before: at 00:20 it could have been fetched again.
    seen = vitals(store, "BTC-USD", now=datetime(2026, 11, 21, 1, 20, tzinfo=UTC))
    assert seen.staleness["1d"] == timedelta(hours=1)
