import pytest

from stockdash.ingest.status import is_stale, look
from stockdash.stores import Coverage
from tests.ingest.few_bars import MARKET, utc


def covered(last, fetched):
    return Coverage(utc("2020-01-02"), utc(last), 1000, utc(fetched))


@pytest.mark.parametrize(
    ("last", "fetched", "now", "stale"),
    [
        ("2026-11-20", "2026-11-20T21:20", "2026-11-21T12:00", False),
        ("2026-11-20", "2026-11-20T21:19", "2026-11-21T12:00", True),
        ("2026-11-20", "2026-11-20T21:19", "2026-11-20T21:34", False),
        ("2026-11-19", "2026-11-20T21:21", "2026-11-21T12:00", False),
        ("2026-11-12", "2026-11-20T21:21", "2026-11-21T12:00", False),
        ("2026-11-11", "2026-11-20T21:21", "2026-11-21T12:00", True),
        ("2026-11-25", "2026-11-25T21:20", "2026-11-27T18:00", False),
        ("2026-11-25", "2026-11-25T21:20", "2026-11-27T18:36", True),
    ],
    ids=["final", "provisional", "grace", "missing-a-day", "holidays-elsewhere", "silent", "holiday", "half-day"],
)
def test_daily_bars_are_stale_when_a_run_should_have_brought_newer_ones(last, fetched, now, stale):
    assert is_stale(covered(last, fetched), "1d", market=MARKET, now=utc(now)) is stale


def test_what_was_never_fetched_is_stale():
    assert is_stale(None, "1d", market=MARKET, now=utc("2026-11-21T12:00"))


@pytest.mark.parametrize(("fetched", "stale"), [("2026-11-20T15:45", False), ("2026-11-20T15:44", True)])
def test_30_minute_bars_are_stale_by_the_newest_half_hour(fetched, stale):
    coverage = covered("2026-11-20T15:30", fetched)
    assert is_stale(coverage, "30m", market=MARKET, now=utc("2026-11-20T16:10")) is stale


def test_on_a_holiday_elsewhere_nothing_is_stale(ingestion, source, store, clock):
    clock.set("2026-11-18T22:00")
    ingestion.run(["7203.T"])
    source.last_day = utc("2026-11-18").date()
    for now in ("2026-11-19T15:15", "2026-11-19T21:20"):
        clock.set(now)
        ingestion.run(["7203.T"])
        seen = look(store, ["7203.T"], market=MARKET, now=utc("2026-11-19T22:00"))
        assert (seen.stale == (), seen.coverage["7203.T"]["1d"].last_fetched) == (now.endswith("21:20"), utc(now))
