from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockdash.bars import TS_DTYPE
from stockdash.errors import InvalidInputError
from stockdash.market import Market

ANSWERS = pd.read_csv(
    Path(__file__).parent / "answers" / "nyse_holidays_2025_2027.csv", comment="#", parse_dates=["day"]
)
MARKET = Market()
MOMENTS = st.integers(0, 50 * 365 * 24 * 60).map(
    lambda minutes: datetime(1990, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
FULL_DAY = timedelta(hours=6.5)
DAYS = st.dates(date(1990, 1, 1), date(2040, 1, 1))


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def published(kind):
    return [day.date() for day in ANSWERS.day[ANSWERS.kind == kind]]


def test_the_published_holidays_are_the_only_weekdays_without_trading():
    weekdays = pd.bdate_range("2025-01-01", "2027-12-31")
    closed = [day.date() for day in weekdays if not MARKET.is_session(day.date())]
    assert closed == published("holiday")


def test_the_published_early_closes_are_the_only_half_days():
    sessions = MARKET.sessions(date(2025, 1, 1), date(2027, 12, 31))
    hours = {day.date(): MARKET.hours(day.date()) for day in sessions}
    assert [day for day, (opens, closes) in hours.items() if closes - opens < FULL_DAY] == published("half")


# The attacks, two hurricanes, and days of mourning for Presidents Nixon, Reagan, Ford, Bush and Carter (nyse.com).
@pytest.mark.parametrize(
    "day",
    [
        *("1985-09-27", "1994-04-27", "2001-09-11", "2001-09-12", "2001-09-13", "2001-09-14"),
        *("2004-06-11", "2007-01-02", "2012-10-29", "2012-10-30", "2018-12-05", "2025-01-09"),
    ],
)
def test_unplanned_closures_are_known(day):
    assert not MARKET.is_session(date.fromisoformat(day))


def test_juneteenth_is_a_holiday_since_2022():
    assert MARKET.is_session(date(2021, 6, 18))
    assert not MARKET.is_session(date(2022, 6, 20))


@pytest.mark.parametrize(
    ("session", "opens", "closes"),
    [
        ("2026-03-06", "14:30", "21:00"),
        ("2026-03-09", "13:30", "20:00"),
        ("2026-10-30", "13:30", "20:00"),
        ("2026-11-02", "14:30", "21:00"),
        ("2026-11-27", "14:30", "18:00"),
    ],
    ids=["before-spring-change", "after-spring-change", "before-autumn-change", "after-autumn-change", "half-day"],
)
def test_hours_follow_new_york_clocks(session, opens, closes):
    expected = (utc(f"{session}T{opens}"), utc(f"{session}T{closes}"))
    assert MARKET.hours(date.fromisoformat(session)) == expected


def test_the_grid_of_a_full_day_has_13_bars():
    grid = MARKET.grid(date(2026, 11, 20))
    assert (len(grid), grid[0], grid[-1]) == (13, utc("2026-11-20T14:30"), utc("2026-11-20T20:30"))


def test_the_grid_of_a_half_day_has_7_bars():
    grid = MARKET.grid(date(2026, 11, 27))
    assert (len(grid), grid[0], grid[-1]) == (7, utc("2026-11-27T14:30"), utc("2026-11-27T17:30"))


def test_indexes_are_those_of_bars_frames():
    for index in (MARKET.grid(date(2026, 11, 20)), MARKET.sessions(date(2026, 11, 2), date(2026, 11, 20))):
        assert (index.dtype, index.name, index.freq) == (TS_DTYPE, "ts", None)


def test_real_30_minute_bars_lie_on_the_grid(real_bars):
    real = pd.read_csv(real_bars / "intraday_30m" / "NVDA.csv", parse_dates=["ts_utc"]).ts_utc
    days = real.dt.tz_convert("America/New_York").dt.date.unique()
    grid = np.concatenate([MARKET.grid(day) for day in days])
    assert set(real) <= set(grid)
    assert len(real) > 0.99 * len(grid)


def test_real_daily_bars_are_the_sessions(real_bars):
    real = pd.read_csv(real_bars / "daily" / "^GSPC.csv", parse_dates=["date"]).date
    sessions = MARKET.sessions(real.iloc[0].date(), real.iloc[-1].date())
    assert list(real.dt.date) == list(sessions.date)


def test_a_day_without_trading_has_no_hours():
    with pytest.raises(InvalidInputError, match=r"2026-11-21 is no trading day.* 2026-11-20 and 2026-11-23"):
        MARKET.hours(date(2026, 11, 21))


def test_an_extra_closure_is_no_session():
    market = Market(frozenset({date(2026, 11, 24)}))
    assert not market.is_session(date(2026, 11, 24))
    assert market.after(date(2026, 11, 23)) == date(2026, 11, 25)


def test_an_extra_closure_on_a_holiday_changes_nothing():
    market = Market(frozenset({date(2026, 11, 26)}))
    assert len(market.sessions(date(2026, 11, 1), date(2026, 11, 30))) == 20


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        ("2026-11-20", 1, "2026-11-19"),
        ("2026-11-22", 1, "2026-11-20"),
        ("2026-11-30", 2, "2026-11-25"),
        ("2026-11-20", 5, "2026-11-13"),
    ],
)
def test_sessions_are_counted_back(day, count, expected):
    assert MARKET.before(date.fromisoformat(day), count) == date.fromisoformat(expected)


@given(DAYS, st.integers(1, 30))
def test_counting_forth_and_back_gives_the_session_again(day, count):
    session = MARKET.after(day)
    assert MARKET.before(MARKET.after(session, count), count) == session


@pytest.mark.parametrize(
    ("now", "is_open", "session", "next_open"),
    [
        ("2026-11-20T14:29:59", False, "2026-11-19", "2026-11-20T14:30"),
        ("2026-11-20T14:30", True, "2026-11-20", "2026-11-23T14:30"),
        ("2026-11-20T21:00", False, "2026-11-20", "2026-11-23T14:30"),
        ("2026-11-26T16:00", False, "2026-11-25", "2026-11-27T14:30"),
        ("2026-11-27T18:00", False, "2026-11-27", "2026-11-30T14:30"),
        ("2026-03-08T12:00", False, "2026-03-06", "2026-03-09T13:30"),
    ],
    ids=["before-open", "open", "closed", "thanksgiving", "half-day-over", "clock-change-sunday"],
)
def test_the_state_tells_whether_the_market_is_open(now, is_open, session, next_open):
    state = MARKET.state(utc(now))
    assert (state.is_open, state.session.isoformat(), state.next_open) == (is_open, session, utc(next_open))


@given(MOMENTS)
def test_the_next_open_is_always_ahead(now):
    state = MARKET.state(now)
    assert state.opened_at <= now < state.next_open
    assert state.session == MARKET.current_session(now)


def test_a_naive_time_is_refused():
    with pytest.raises(TypeError):
        MARKET.state(datetime(2026, 11, 20, 15))  # noqa: DTZ001 - the point


def test_an_evening_bar_belongs_to_the_new_york_date():
    assert MARKET.session_of(utc("2026-11-21T00:30"), "30m") == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("interval", "ts", "expected"),
    [
        ("30m", "2026-11-20T20:30", "2026-11-20T21:15"),
        ("1d", "2026-11-20", "2026-11-20T21:20"),
        ("1d", "2026-11-27", "2026-11-27T18:20"),
        ("1d", "2026-06-19", "2026-06-20T00:20"),
        ("1d", "2026-11-21", "2026-11-22T00:20"),
    ],
    ids=["30m", "full-day", "half-day", "elsewhere-on-a-holiday", "crypto-on-saturday"],
)
def test_a_bar_is_final_after_its_end_and_the_vendors_delay(interval, ts, expected):
    assert MARKET.final_at(interval, utc(ts)) == utc(expected)


@pytest.mark.parametrize("symbol", ["BTC-USD", "EURUSD=X", "GC=F"])
def test_what_trades_round_the_clock_ends_its_day_at_midnight(symbol):
    assert MARKET.for_symbol(symbol).bar_end("1d", utc("2026-11-20")) == utc("2026-11-21")


@pytest.mark.parametrize("symbol", ["NVDA", "BRK-B", "^GSPC", "7203.T"])
def test_everything_else_ends_its_day_with_new_york(symbol):
    assert MARKET.for_symbol(symbol).bar_end("1d", utc("2026-11-20")) == utc("2026-11-20T21:00")


def test_finality_is_told_for_each_bar_by_its_own_fetch():
    index = MARKET.grid(date(2026, 11, 20))[:3]
    fetched = pd.Series([utc("2026-11-20T15:14:59"), utc("2026-11-20T15:45"), utc("2026-11-20T16:15")], index=index)
    assert MARKET.final("30m", index, fetched).tolist() == [False, True, True]


def test_no_bars_give_no_answers():
    assert MARKET.final("1d", pd.DatetimeIndex([], dtype=TS_DTYPE, name="ts"), utc("2026-11-20")).tolist() == []


@given(st.lists(MOMENTS, max_size=20, unique=True), MOMENTS, st.booleans())
def test_one_bar_at_a_time_gives_the_same_finality(moments, fetched_at, daily):
    interval = "1d" if daily else "30m"
    index = pd.DatetimeIndex(sorted(moments), dtype=TS_DTYPE, name="ts")
    index = (index.normalize() if daily else index).unique()
    together = MARKET.final(interval, index, fetched_at).tolist()
    assert together == [MARKET.final_at(interval, ts) <= fetched_at for ts in index]


@pytest.mark.parametrize(
    ("interval", "start", "now", "expected"),
    [
        ("30m", "2026-11-20T19:30", "2026-11-20T21:14:59", ["2026-11-20T19:30", "2026-11-20T20:00"]),
        ("30m", "2026-11-27T17:00", "2026-11-30T14:00", ["2026-11-27T17:00", "2026-11-27T17:30"]),
        ("1d", "2026-11-25", "2026-11-27T18:19", ["2026-11-25"]),
        ("1d", "2026-11-25", "2026-11-27T18:20", ["2026-11-25", "2026-11-27"]),
        ("1d", "2026-11-28", "2026-11-20T18:20", []),
    ],
    ids=["last-bar-still-open", "half-day", "holiday", "half-day-final", "from-the-future"],
)
def test_the_expected_bars_are_those_that_are_final(interval, start, now, expected):
    assert list(MARKET.expected(interval, utc(start), utc(now))) == [utc(ts) for ts in expected]


@given(MOMENTS, st.timedeltas(timedelta(0), timedelta(days=20)))
def test_expected_30_minute_bars_are_the_grids_of_their_sessions(start, ahead):
    now = start + ahead
    found = MARKET.expected("30m", start, now)
    sessions = MARKET.sessions(start.date() - timedelta(days=1), now.date())
    grid = [ts for day in sessions for ts in MARKET.grid(day.date())]
    assert list(found) == [ts for ts in grid if ts >= start and MARKET.final_at("30m", ts) <= now]
