import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockdash.charts import PRESETS, preset_range, resolution_for, snapped
from stockdash.charts.resolution import MOST_BARS, bars_in, ordinals, window

NOW = pd.Timestamp("2026-11-21", tz="UTC")
DAY = pd.Timedelta(days=1)
SESSIONS = pd.bdate_range("2000-01-03", "2026-11-20", tz="UTC", unit="us", name="ts")


def before(days: float) -> tuple[pd.Timestamp, pd.Timestamp]:
    return NOW - days * DAY, NOW


@pytest.mark.parametrize(
    ("days", "resolution"),
    [(1, "30m"), (10, "30m"), (11, "1d"), (366, "1d"), (3 * 365, "1d"), (5 * 365, "1wk"), (26 * 365, "1mo")],
)
def test_resolution_follows_the_visible_span(days: float, resolution: str):
    assert resolution_for(before(days), intraday_from=NOW - 60 * DAY) == resolution


def test_range_before_the_first_half_hour_is_daily():
    visible = (NOW - 80 * DAY, NOW - 75 * DAY)
    assert resolution_for(visible, intraday_from=NOW - 60 * DAY) == "1d"


def test_range_from_midnight_of_the_first_half_hours_day_has_them():
    opening = (NOW - 60 * DAY).replace(hour=14, minute=30)
    visible = (opening.floor("D"), opening + 3 * DAY)
    assert resolution_for(visible, intraday_from=opening) == "30m"


def test_symbol_without_half_hours_is_daily():
    assert resolution_for(before(2), intraday_from=None) == "1d"


@pytest.mark.parametrize(
    ("preset", "start"),
    [
        ("5D", "2026-11-16"),
        ("1M", "2026-10-20"),
        ("3M", "2026-08-20"),
        ("6M", "2026-05-20"),
        ("YTD", "2026-01-01"),
        ("1Y", "2025-11-20"),
        ("5Y", "2021-11-20"),
        ("Max", "2000-01-03"),
    ],
)
def test_range_button_counts_back_from_the_last_session(preset: str, start: str):
    assert preset_range(preset, SESSIONS) == (pd.Timestamp(start, tz="UTC"), NOW)


@pytest.mark.parametrize("preset", PRESETS)
def test_range_button_stays_inside_a_short_history(preset: str):
    sessions = SESSIONS[-3:]
    start, end = preset_range(preset, sessions)
    assert sessions[0] <= start < end


def test_bars_in_a_range_are_those_that_touch_it():
    noon = pd.Timestamp("2026-11-18 12:00", tz="UTC")
    found = SESSIONS[bars_in(SESSIONS, (noon, NOW - DAY), "1d")]
    assert [day.day for day in found] == [18, 19]


def test_month_lasts_until_the_next_one():
    months = pd.date_range("2026-01-01", "2026-11-01", freq="MS", tz="UTC", unit="us")
    visible = (pd.Timestamp("2026-02-28 23:00", tz="UTC"), pd.Timestamp("2026-03-02", tz="UTC"))
    assert list(months[bars_in(months, visible, "1mo")].month) == [2, 3]


def test_window_has_a_screen_of_bars_on_both_sides():
    visible = (SESSIONS[3000], SESSIONS[3060])
    assert window(SESSIONS, visible, "1d") == slice(2940, 3120)


def test_window_at_the_newest_bar_keeps_its_older_margin():
    assert window(SESSIONS, preset_range("1M", SESSIONS), "1d").stop == len(SESSIONS)


@given(
    count=st.integers(0, 3000),
    start=st.integers(-500, 4000),
    span=st.integers(1, 4000),
)
def test_window_is_small_and_holds_the_newest_visible_bars(count: int, start: int, span: int):
    index = SESSIONS[:count]
    visible = (SESSIONS[0] + start * DAY, SESSIONS[0] + (start + span) * DAY)
    sent, seen = window(index, visible, "1d"), bars_in(index, visible, "1d")
    assert 0 <= sent.start <= sent.stop <= count
    assert sent.stop - sent.start <= MOST_BARS
    assert sent.stop >= seen.stop
    assert sent.start <= max(seen.start, seen.stop - MOST_BARS)


def test_snapped_range_is_whole_bars():
    noon = pd.Timestamp("2026-11-18 12:00", tz="UTC")
    assert snapped(SESSIONS, (noon, noon + DAY), "1d") == (noon.floor("D"), noon.floor("D") + 2 * DAY)


def test_a_month_ends_where_the_next_begins():
    months = pd.date_range("2026-01-01", periods=3, freq="MS", tz="UTC", unit="us")
    middle = pd.Timestamp("2026-02-11", tz="UTC")
    assert snapped(months, (middle, middle + DAY), "1mo") == (months[1], months[2])


def test_ex_date_belongs_to_the_first_half_hour_of_its_day():
    opening = pd.date_range("2026-11-19 14:30", periods=13, freq="30min", tz="UTC", unit="us")
    index = opening.append(opening + DAY)
    assert list(ordinals(index, pd.DatetimeIndex([NOW - DAY]), "30m")) == [13]


def test_ex_date_belongs_to_the_week_that_holds_it():
    weeks = pd.date_range("2026-11-02", periods=3, freq="7D", tz="UTC", unit="us")
    assert list(ordinals(weeks, pd.DatetimeIndex([pd.Timestamp("2026-11-12", tz="UTC")]), "1wk")) == [1]


def test_ex_date_after_the_last_bar_belongs_to_none():
    found = ordinals(SESSIONS, pd.DatetimeIndex([NOW + 9 * DAY]), "1d")
    assert np.array_equal(found, [-1])
