from datetime import date, timedelta

import pandas as pd
import pytest

from stockdash.bars import TS_DTYPE, empty_observed
from stockdash.ingest.gaps import NOTHING, REASONS, Gap, Known, completeness, gaps
from tests.ingest.few_bars import MARKET, utc
from tests.pages.stored import observed

# Monday 16 to Friday 20 November 2026; New York is five hours behind UTC.
WEEK = MARKET.sessions(date(2026, 11, 16), date(2026, 11, 20))
SATURDAY = utc("2026-11-21T12:00")
FIRST = utc("2026-01-02")


def look(bars, *, interval="1d", answered_at=SATURDAY, now=SATURDAY, first=FIRST, sessions=WEEK):
    return completeness(bars, Known(interval, first, answered_at), sessions=sessions, market=MARKET, now=now)


def words(found):
    return ["nothing" if code == NOTHING else REASONS[code] for code in found.reasons]


def half_hours(*days):
    return observed(pd.DatetimeIndex([start for day in days for start in MARKET.grid(day)], dtype=TS_DTYPE, name="ts"))


def test_sessions_that_are_there_are_complete():
    assert words(look(observed(WEEK))) == ["complete"] * 5


def test_a_bar_that_may_change_makes_its_session_provisional():
    bars = observed(WEEK).assign(final=[True] * 4 + [False])
    assert words(look(bars))[-1] == "provisional"


def test_what_the_source_did_not_have_when_it_answered_is_missing_there():
    assert words(look(observed(WEEK.delete(2)))) == ["complete", "complete", "missing", "complete", "complete"]


@pytest.mark.parametrize(("answered", "reason"), [("2026-11-20T21:20", "missing"), ("2026-11-20T21:19", "unfetched")])
def test_a_bar_that_was_not_final_when_the_source_answered_was_not_fetched(answered, reason):
    assert words(look(observed(WEEK[:4]), answered_at=utc(answered)))[-1] == reason


def test_a_bar_that_is_not_final_yet_is_not_expected():
    assert words(look(observed(WEEK[:4]), now=utc("2026-11-20T21:19")))[-1] == "nothing"


def test_nothing_is_expected_before_the_oldest_bar():
    assert words(look(observed(WEEK[3:]), first=utc("2026-11-19"))) == ["nothing"] * 3 + ["complete"] * 2


def test_what_was_never_asked_for_is_not_fetched():
    assert words(look(empty_observed(), first=None, answered_at=None)) == ["unfetched"] * 5


def test_what_the_source_has_nothing_of_is_missing_there():
    assert words(look(empty_observed(), first=None)) == ["missing"] * 5


def test_a_session_is_as_bad_as_its_worst_half_hour():
    bars = half_hours(*WEEK.date)
    found = look(bars.drop(bars.index[[0, 14]]), interval="30m")
    assert words(found) == ["missing", "missing", "complete", "complete", "complete"]
    assert (found.stored.tolist(), found.expected.tolist()) == ([12, 12, 13, 13, 13], [13] * 5)


def test_half_hours_that_were_not_fetched_weigh_more_than_those_that_are_missing():
    bars = half_hours(*WEEK.date)
    noon = utc("2026-11-20T17:00")
    kept = bars[(bars.index < noon) & (bars.index != MARKET.grid(date(2026, 11, 20))[0])]
    assert words(look(kept, interval="30m", answered_at=noon))[-1] == "unfetched"


def test_a_half_day_expects_seven_half_hours():
    day = date(2026, 11, 27)
    found = look(half_hours(day), interval="30m", sessions=MARKET.sessions(day, day), now=utc("2026-11-28T12:00"))
    assert (words(found), found.expected.tolist()) == (["complete"], [7])


def test_half_hours_that_nobody_fetched_in_time_are_expected_no_more():
    sessions = MARKET.sessions(date(2026, 8, 3), date(2026, 11, 20))
    found = look(empty_observed(), interval="30m", first=None, answered_at=None, sessions=sessions)
    oldest = sessions[[code != NOTHING for code in found.reasons]][0]
    assert timedelta(days=58) < SATURDAY - oldest < timedelta(days=60)


def test_a_weekend_bar_of_a_coin_belongs_to_no_session():
    weekend = pd.DatetimeIndex(["2026-11-20", "2026-11-21"], tz="UTC", name="ts").astype(TS_DTYPE)
    assert words(look(observed(weekend), sessions=WEEK[4:])) == ["complete"]


def test_gaps_are_runs_of_sessions_with_one_reason_the_newest_first():
    bars = observed(WEEK[[2]])
    found = look(bars, answered_at=utc("2026-11-19T22:00"))
    assert list(gaps(found, "1d")) == [
        Gap("1d", "unfetched", date(2026, 11, 20), date(2026, 11, 20), 1),
        Gap("1d", "missing", date(2026, 11, 19), date(2026, 11, 19), 1),
        Gap("1d", "missing", date(2026, 11, 16), date(2026, 11, 17), 2),
    ]


def test_a_gap_counts_the_bars_that_lack():
    bars = half_hours(*WEEK.date)
    found = look(bars.drop(bars.index[[0, 1, 14]]), interval="30m")
    assert list(gaps(found, "30m")) == [Gap("30m", "missing", date(2026, 11, 16), date(2026, 11, 17), 3)]


def test_a_full_week_has_no_gaps():
    assert list(gaps(look(observed(WEEK)), "1d")) == []
