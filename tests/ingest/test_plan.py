from datetime import timedelta

import pandas as pd
import pytest

from stockdash.bars import PRICES, TS_DTYPE, empty_observed
from stockdash.ingest.plan import REFRESH, WINDOW, append_from, is_due, is_fresh
from tests.ingest.few_bars import MARKET, utc


def stored(interval, last, *, fetched, sessions=8):
    """Give what a fetch at `fetched` left of the sessions up to the bar `last`."""
    end = utc(last)
    index = MARKET.sessions(MARKET.before(end.date(), sessions), end.date())
    if interval == "30m":
        index = index[:0].append([MARKET.grid(day.date()) for day in index])
    index = pd.DatetimeIndex(index[index <= end], name="ts")
    times = pd.Series(pd.Timestamp(utc(fetched)), index=index, dtype=TS_DTYPE)
    frame = pd.DataFrame(dict.fromkeys(PRICES, 1.0), index=index)
    return frame.assign(volume=1, fetched_at=times, final=MARKET.final(interval, index, utc(fetched)))


@pytest.mark.parametrize(
    ("last", "fetched", "now", "due"),
    [
        ("2024-06-06", "2024-06-06T21:00", "2024-06-07T13:29", False),
        ("2024-06-06", "2024-06-06T21:00", "2024-06-07T13:30", True),
        ("2024-06-07", "2024-06-07T14:00", "2024-06-07T14:01", False),
        ("2024-06-07", "2024-06-07T14:00", "2024-06-07T14:01:01", True),
        ("2024-06-07", "2024-06-07T20:19", "2024-06-07T20:20", True),
        ("2024-06-07", "2024-06-07T20:20", "2024-06-10T13:29", False),
        ("2024-07-03", "2024-07-03T17:20", "2024-07-04T18:00", False),
    ],
    ids=["before-open", "open", "fresh", "not-fresh", "final-now", "weekend", "half-day-and-holiday"],
)
def test_a_daily_bar_is_due(last, fetched, now, due):
    tail = stored("1d", last, fetched=fetched)
    assert is_due(tail, "1d", market=MARKET, now=utc(now), since=utc(now) - REFRESH, looked_at=utc(fetched)) is due


@pytest.mark.parametrize(
    ("last", "fetched", "now", "due"),
    [
        ("2024-06-07T13:30", "2024-06-07T14:14", "2024-06-07T14:15", True),
        ("2024-06-07T14:00", "2024-06-07T14:15", "2024-06-07T14:15:30", False),
        ("2024-06-07T19:30", "2024-06-07T20:14", "2024-06-07T20:15", True),
        ("2024-06-07T19:30", "2024-06-07T20:15", "2024-06-10T13:29", False),
    ],
    ids=["next-bar", "fresh", "final-now", "weekend"],
)
def test_a_30_minute_bar_is_due(last, fetched, now, due):
    tail = stored("30m", last, fetched=fetched)
    assert is_due(tail, "30m", market=MARKET, now=utc(now), since=utc(now) - REFRESH, looked_at=utc(fetched)) is due


# The source has nothing of 2024-06-06 and 2024-06-07, as on holidays elsewhere.
@pytest.mark.parametrize(
    ("looked", "now", "due"),
    [
        ("2024-06-07T20:19", "2024-06-07T20:20", True),
        ("2024-06-07T20:20", "2024-06-07T20:30", False),
        ("2024-06-07T20:20", "2024-06-07T20:30:01", True),
        ("2024-06-07T15:00", "2024-06-07T15:01", False),
        ("2024-06-07T15:00", "2024-06-07T15:01:01", True),
        (None, "2024-06-07T20:20", True),
    ],
    ids=["final-since", "just-asked", "asked-before", "going-on-just-asked", "going-on", "unknown"],
)
def test_a_bar_that_the_source_did_not_have_is_due_again_after_a_pause(looked, now, due):
    tail = stored("1d", "2024-06-05", fetched="2024-06-05T21:00")
    assert (
        is_due(tail, "1d", market=MARKET, now=utc(now), since=utc(now) - REFRESH, looked_at=looked and utc(looked))
        is due
    )


@pytest.mark.parametrize(("minutes", "due"), [(10, False), (11, True)])
def test_a_source_without_any_bars_is_asked_again_after_a_pause(minutes, due):
    looked, now = utc("2024-06-08"), utc("2024-06-08") + timedelta(minutes=minutes)
    assert is_due(empty_observed(), "30m", market=MARKET, now=now, since=now - REFRESH, looked_at=looked) is due


# A run that began at 15:15, in which several processes come to one symbol after the other.
@pytest.mark.parametrize(("looked", "due"), [("2024-06-07T15:14:59", True), ("2024-06-07T15:15", False)])
@pytest.mark.parametrize("last", ["2024-06-05", "2024-06-07"], ids=["holiday-elsewhere", "going-on"])
def test_what_was_looked_at_since_the_run_began_is_not_due(last, looked, due):
    tail = stored("1d", last, fetched=looked)
    known = {"market": MARKET, "now": utc("2024-06-07T15:40"), "since": utc("2024-06-07T15:15")}
    assert is_due(tail, "1d", **known, looked_at=utc(looked)) is due
    assert is_fresh(utc(looked), "1d", **known) is not due


@pytest.mark.parametrize(("looked", "fresh"), [("2024-06-07T20:19", False), ("2024-06-07T20:20", True), (None, False)])
def test_a_look_before_a_bar_became_final_is_not_fresh(looked, fresh):
    known = {"market": MARKET, "now": utc("2024-06-07T20:21"), "since": utc("2024-06-07T20:15")}
    assert is_fresh(looked and utc(looked), "1d", **known) is fresh


def test_what_is_stored_without_a_known_look_is_not_due_over_the_weekend():
    tail = stored("30m", "2024-06-07T19:30", fetched="2024-06-07T20:15")
    assert not is_due(tail, "30m", market=MARKET, now=utc("2024-06-10T13:29"), since=utc("2024-06-10"))


@pytest.mark.parametrize("interval", ["1d", "30m"])
def test_what_was_never_stored_is_due(interval):
    assert is_due(empty_observed(), interval, market=MARKET, now=utc("2024-06-08"), since=utc("2024-06-08"))
    assert append_from(empty_observed(), interval, now=utc("2024-06-08")) is None


def test_daily_bars_are_asked_for_from_the_fifth_last_final_session():
    tail = stored("1d", "2024-06-07", fetched="2024-06-07T15:00")
    assert append_from(tail, "1d", now=utc("2024-06-07T15:30")) == utc("2024-05-31")


def test_30_minute_bars_are_asked_for_from_the_session_before_the_last_final_bar():
    tail = stored("30m", "2024-06-07T14:00", fetched="2024-06-07T14:45")
    assert append_from(tail, "30m", now=utc("2024-06-07T15:00")) == utc("2024-06-06T13:30")


def test_30_minute_bars_older_than_the_window_call_for_all_of_it():
    tail = stored("30m", "2024-06-07T19:30", fetched="2024-06-07T21:00")
    first = utc("2024-06-06T13:30")
    assert append_from(tail, "30m", now=first + WINDOW - timedelta(seconds=1)) == first
    assert append_from(tail, "30m", now=first + WINDOW) is None
