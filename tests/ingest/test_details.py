from datetime import date

import pytest

from stockdash.ingest.details import details, gaps_of, last_sessions
from stockdash.ingest.gaps import Gap
from stockdash.ingest.status import held, look
from stockdash.stores import Batch
from tests.ingest.few_bars import MARKET, utc

FRIDAY = "2026-11-20T22:00"


@pytest.fixture
def stored(ingestion, clock):
    clock.set(FRIDAY)
    ingestion.run(["NVDA"])
    return ingestion.store


def test_a_symbol_without_gaps_has_no_entry(stored):
    status = look(stored, ["NVDA"], market=MARKET, now=utc(FRIDAY))
    assert details(stored, status, market=MARKET, now=utc(FRIDAY)).gaps == {}


def test_what_was_not_fetched_since_is_a_gap_of_both_intervals(stored):
    now = utc("2026-11-24T22:00")
    has = held(stored, ["NVDA"])["NVDA"]
    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)
    assert gaps_of(stored, "NVDA", has, market=MARKET, now=now) == (
        Gap("1d", "unfetched", monday, tuesday, 2),
        Gap("30m", "unfetched", monday, tuesday, 26),
    )


def test_the_newest_runs_and_events_are_told(stored):
    status = look(stored, ["NVDA"], market=MARKET, now=utc(FRIDAY))
    told = details(stored, status, market=MARKET, now=utc(FRIDAY))
    assert told.runs == stored.runs()
    assert told.events == stored.events()


def test_a_symbol_that_was_never_fetched_lacks_everything(store):
    now = utc(FRIDAY)
    [daily, half_hours] = gaps_of(store, "TSM", held(store, ["TSM"])["TSM"], market=MARKET, now=now)
    assert (daily.reason, daily.bars) == ("unfetched", 63)
    assert (half_hours.reason, half_hours.first) == ("unfetched", date(2026, 9, 23))


def test_a_hole_in_the_middle_is_missing_at_the_source(ingestion, clock):
    clock.set(FRIDAY)
    ingestion.run(["NVDA"])
    bars = ingestion.store.read("NVDA", "1d")
    lease = ingestion.store.acquire("ingest", "test", 60)
    ingestion.store.write(Batch("HOLE", {"1d": bars.drop(bars.index[4])}), lease)
    has = held(ingestion.store, ["HOLE"])["HOLE"]
    gaps = gaps_of(ingestion.store, "HOLE", has, market=MARKET, now=utc(FRIDAY))
    hole = bars.index[4].date()
    assert [gap for gap in gaps if gap.interval == "1d"] == [Gap("1d", "missing", hole, hole, 1)]


def test_the_last_sessions_end_with_the_one_going_on():
    assert last_sessions(MARKET, utc("2026-11-20T15:00"), 3).date.tolist() == [
        date(2026, 11, 18),
        date(2026, 11, 19),
        date(2026, 11, 20),
    ]
