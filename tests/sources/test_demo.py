from datetime import UTC, datetime, timedelta

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stockdash.bars import INTERVALS, Interval, check_bars
from stockdash.market import NEW_YORK, Market
from stockdash.sources.demo import DemoSource
from tests.sources.contract import FakeClock, SourceContract

NOW = datetime(2026, 8, 4, 15, 52, tzinfo=UTC)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def source(clock: FakeClock) -> DemoSource:
    return DemoSource(clock)


class TestDemoSource(SourceContract):
    pass


def test_reaches_back_to_2006(source: DemoSource):
    bars = source.fetch("NVDA", "1d", start=None).bars
    assert bars.index[0] == datetime(2006, 1, 3, tzinfo=UTC)
    assert len(bars) == len(Market().sessions(bars.index[0].date(), NOW.date()))


def test_daily_bar_is_made_of_its_half_hours(source: DemoSource):
    half_hours = source.fetch("NVDA", "30m", start=None).bars
    grouped = half_hours.groupby(half_hours.index.tz_convert(NEW_YORK).date)
    daily = source.fetch("NVDA", "1d", start=half_hours.index[0].normalize().to_pydatetime()).bars
    assert daily["open"].tolist() == grouped["open"].first().tolist()
    assert daily["high"].tolist() == grouped["high"].max().tolist()
    assert daily["low"].tolist() == grouped["low"].min().tolist()
    assert daily["close"].tolist() == grouped["close"].last().tolist()
    assert daily["volume"].tolist() == grouped["volume"].sum().tolist()


def test_half_day_has_seven_bars(source: DemoSource, clock: FakeClock):
    clock.now = datetime(2025, 12, 1, 22, tzinfo=UTC)
    bars = source.fetch("NVDA", "30m", start=None).bars
    assert (bars.index.date == datetime(2025, 11, 28, tzinfo=UTC).date()).sum() == 7


def test_symbols_differ(source: DemoSource):
    first, second = (source.fetch(symbol, "1d", start=None).bars["close"].pct_change() for symbol in ("A", "B"))
    assert abs(first.corr(second)) < 0.1


def test_volume_is_highest_at_both_ends_of_the_day(source: DemoSource):
    bars = source.fetch("NVDA", "30m", start=None).bars
    by_time = bars["volume"].groupby(bars.index.time).mean()
    assert by_time.iloc[[0, -1]].min() > 1.3 * by_time.iloc[6]


def test_moves_come_in_spells(source: DemoSource):
    moves = source.fetch("NVDA", "1d", start=None).bars["close"].pct_change().abs()
    assert moves.autocorr(1) > 0.1


def test_index_has_no_actions(source: DemoSource):
    assert source.fetch("^GSPC", "1d", start=None).actions == ()


def test_split_restates_the_prices_before_it(source: DemoSource, clock: FakeClock):
    split = next(action for action in source.fetch("NVDA", "1d", start=None).actions if action.kind == "split")
    day = datetime.combine(split.ex_date, datetime.min.time(), NEW_YORK)
    clock.now = day - timedelta(seconds=1)
    before = source.fetch("NVDA", "1d", start=None)
    clock.now = day
    after = source.fetch("NVDA", "1d", start=None)
    assert split in after.actions
    assert split not in before.actions
    pd.testing.assert_series_equal(before.bars["close"], after.bars["close"] * split.value)
    pd.testing.assert_series_equal(before.adj_close, after.adj_close * split.value)


@settings(max_examples=20)
@given(
    minutes=st.integers(0, 2 * 365 * 24 * 60),
    symbol=st.sampled_from(["AAPL", "^GSPC", "BRK-B"]),
    interval=st.sampled_from(INTERVALS),
)
def test_final_bars_are_the_same_at_any_later_moment(minutes: int, symbol: str, interval: Interval):
    now = datetime(2025, 8, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    clock = FakeClock(now)
    then = check_bars(DemoSource(clock).fetch(symbol, interval, start=now - timedelta(days=9)).bars)
    clock.now += timedelta(days=2)
    later = DemoSource(clock).fetch(symbol, interval, start=now - timedelta(days=9)).bars
    final = then[Market().final(interval, then.index, now)]
    pd.testing.assert_frame_equal(later.loc[final.index], final)
