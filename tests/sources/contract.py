"""What every source keeps; subclass it and give the fixtures `source` and `clock`.

`clock` is callable and has a `now` that can be set, at first in a session. `symbol` has actions and both intervals.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

from stockdash.bars import INTERVALS, Interval, check_bars
from stockdash.market import Market
from stockdash.sources import Fetched, Source

DAY = timedelta(days=1)


@dataclass
class FakeClock:
    now: datetime

    def __call__(self) -> datetime:
        return self.now


class SourceContract:
    symbol = "AAPL"

    @pytest.fixture
    def daily(self, clock: FakeClock, source: Source) -> Fetched:  # noqa: ARG002 - sets the time
        return source.fetch(self.symbol, "1d", start=None)

    @pytest.mark.parametrize("interval", INTERVALS)
    def test_gives_a_bars_frame(self, source: Source, interval: Interval):
        assert len(check_bars(source.fetch(self.symbol, interval, start=None).bars)) > 20

    @pytest.mark.parametrize("interval", INTERVALS)
    def test_same_question_gets_same_answer(self, source: Source, interval: Interval):
        first, second = (source.fetch(self.symbol, interval, start=None) for _ in range(2))
        pd.testing.assert_frame_equal(first.bars, second.bars)
        assert first.actions == second.actions

    def test_daily_bars_start_at_midnight_of_sessions(self, daily: Fetched):
        sessions = Market().sessions(daily.bars.index[0].date(), daily.bars.index[-1].date())
        assert daily.bars.index.isin(sessions).all()

    def test_half_hours_lie_on_the_grid_of_their_session(self, source: Source, clock: FakeClock):
        bars = source.fetch(self.symbol, "30m", start=None).bars
        for day in set(bars.index.date):
            of_day = bars.index[bars.index.date == day]
            grid = Market().grid(day)
            assert of_day.equals(grid[grid < clock.now] if day == clock.now.date() else grid)

    @pytest.mark.parametrize("interval", INTERVALS)
    def test_start_is_the_first_bar_given(self, source: Source, clock: FakeClock, interval: Interval):
        everything = source.fetch(self.symbol, interval, start=clock.now - 30 * DAY).bars
        start = everything.index[4].to_pydatetime()
        pd.testing.assert_frame_equal(source.fetch(self.symbol, interval, start=start).bars, everything.iloc[4:])

    @pytest.mark.parametrize("interval", INTERVALS)
    def test_end_is_the_first_bar_not_given(self, source: Source, clock: FakeClock, interval: Interval):
        everything = source.fetch(self.symbol, interval, start=clock.now - 30 * DAY).bars
        start, end = everything.index[2].to_pydatetime(), everything.index[5].to_pydatetime()
        answer = source.fetch(self.symbol, interval, start=start, end=end).bars
        pd.testing.assert_frame_equal(answer, everything.iloc[2:5])

    def test_one_old_bar_can_be_asked_for(self, source: Source, daily: Fetched):
        start = daily.bars.index[0].to_pydatetime()
        answer = source.fetch(self.symbol, "1d", start=start, end=start + DAY)
        pd.testing.assert_frame_equal(answer.bars, daily.bars.iloc[:1])

    def test_weekend_without_trading_gives_no_bars(self, source: Source):
        saturday = datetime(2026, 7, 18, tzinfo=UTC)
        answer = source.fetch(self.symbol, "1d", start=saturday, end=saturday + 2 * DAY)
        assert check_bars(answer.bars).empty
        assert answer.actions == ()

    def test_start_on_a_weekend_gives_no_earlier_session(self, source: Source):
        saturday = datetime(2026, 7, 18, tzinfo=UTC)
        assert source.fetch(self.symbol, "1d", start=saturday).bars.index[0] == saturday + 2 * DAY

    @pytest.mark.parametrize("interval", INTERVALS)
    def test_start_after_the_last_bar_gives_no_bars(self, source: Source, clock: FakeClock, interval: Interval):
        assert source.fetch(self.symbol, interval, start=clock.now + 2 * DAY).bars.empty

    def test_answer_is_dated_by_the_clock(self, daily: Fetched, clock: FakeClock):
        assert daily.fetched_at == clock.now

    def test_actions_lie_in_the_range_asked_for(self, source: Source, daily: Fetched):
        action = daily.actions[-1]
        start = datetime.combine(action.ex_date, datetime.min.time(), UTC)
        assert source.fetch(self.symbol, "1d", start=start, end=start + DAY).actions == (action,)
        assert action not in source.fetch(self.symbol, "1d", start=start + DAY).actions

    def test_adjusted_close_follows_from_close_and_dividends(self, daily: Fetched):
        factors = pd.Series(1.0, daily.bars.index)
        for action in daily.actions:
            before = daily.bars.index < pd.Timestamp(action.ex_date, tz=UTC)
            if action.kind == "dividend" and before.any():
                factors[before] *= 1 - action.value / daily.bars["close"][before].iloc[-1]
        np.testing.assert_allclose(daily.adj_close, daily.bars["close"] * factors, rtol=1e-4)

    def test_half_hours_have_no_adjusted_close(self, source: Source):
        assert source.fetch(self.symbol, "30m", start=None).adj_close is None

    @pytest.mark.parametrize("interval", INTERVALS)
    def test_bars_that_are_final_stay(self, source: Source, clock: FakeClock, interval: Interval):
        before = source.fetch(self.symbol, interval, start=clock.now - 10 * DAY).bars
        final = Market().final(interval, before.index, clock.now)
        clock.now += timedelta(minutes=37)
        after = source.fetch(self.symbol, interval, start=clock.now - 10 * DAY).bars
        pd.testing.assert_frame_equal(after.loc[before.index[final]], before[final])

    def test_running_day_grows(self, source: Source, clock: FakeClock):
        before = source.fetch(self.symbol, "1d", start=clock.now - 5 * DAY).bars.iloc[-1]
        clock.now += timedelta(minutes=37)
        after = source.fetch(self.symbol, "1d", start=clock.now - 5 * DAY).bars.iloc[-1]
        assert before.name == after.name == pd.Timestamp(clock.now.date(), tz=UTC)
        assert before["volume"] < after["volume"]

    def test_facts_name_the_listing(self, source: Source):
        facts = source.facts(self.symbol)
        assert facts.name
        assert facts.kind == "EQUITY"
        assert facts.currency == "USD"

    def test_status_is_empty_while_all_is_well(self, source: Source, daily: Fetched):  # noqa: ARG002
        assert source.status() == ""
