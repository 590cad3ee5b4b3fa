from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockdash.adjust import adjust, current, describe, implausible_dividends, rebase
from stockdash.bars import PRICES, TS_DTYPE, Action, check_bars, empty_observed

MONDAY = date(2024, 6, 10)
EARLY, LATE, LATER = (datetime(2024, 6, day, 21, tzinfo=UTC) for day in (7, 11, 12))


def observed(*closes, fetched=LATE, start="2024-06-06", freq="B", volume=1000):
    """Give flat bars of these closes; 2024-06-06 is a Thursday."""
    index = pd.date_range(start, periods=len(closes), freq=freq, tz="UTC", name="ts").astype(TS_DTYPE)
    frame = pd.DataFrame({name: np.array(closes, dtype=float) for name in PRICES}, index=index)
    times = fetched if isinstance(fetched, list) else [fetched] * len(closes)
    return frame.assign(volume=volume, fetched_at=pd.DatetimeIndex(times).as_unit("us"), final=True)


def split(value, seen=LATE, ex_date=MONDAY):
    return Action(ex_date, "split", seen, value)


def dividend(value, seen=LATE, ex_date=MONDAY):
    return Action(ex_date, "dividend", seen, value)


def closes(bars, actions, mode="all"):
    return adjust(bars, actions, mode=mode)["close"].tolist()


def test_a_row_from_before_the_split_comes_to_the_new_shares():
    bars = observed(1200.0, 1208.0, 121.0, fetched=[EARLY, EARLY, LATE])
    assert closes(bars, [split(10)]) == pytest.approx([120.0, 120.8, 121.0])


def test_a_row_from_after_the_split_is_on_the_new_shares_already():
    assert closes(observed(120.0, 120.8, 121.0, fetched=LATE), [split(10)]) == pytest.approx([120.0, 120.8, 121.0])


def test_volume_moves_against_the_price():
    bars = rebase(observed(1200.0, 1208.0, 121.0, fetched=[EARLY, EARLY, LATE]), [split(10)])
    assert bars["volume"].tolist() == [10_000, 10_000, 1000]


def test_a_reverse_split_rounds_the_volume():
    bars = rebase(observed(1.0, 10.0, fetched=EARLY, start="2024-06-07", volume=1005), [split(0.1)])
    assert bars["volume"].tolist() == [100, 1005]


def test_a_corrected_ratio_holds_for_rows_that_have_the_wrong_one():
    bars = observed(1200.0, 120.0, 60.0, fetched=[EARLY, LATE, LATER], start="2024-06-05")
    assert closes(bars, [split(10, LATE), split(20, LATER)]) == [60.0, 60.0, 60.0]


def test_a_withdrawn_split_is_taken_out_of_the_rows_that_have_it():
    bars = observed(1200.0, 120.0, fetched=[EARLY, LATE])
    assert closes(bars, [split(10, LATE), split(1, LATER)]) == [1200.0, 1200.0]


def test_as_traded_undoes_the_splits_and_no_dividend():
    bars = observed(120.0, 120.8, 121.0)
    assert closes(bars, [split(10), dividend(1)], mode="none") == pytest.approx([1200, 1208, 121])


def test_a_dividend_takes_its_share_of_the_close_before_it():
    assert closes(observed(90.0, 100.0, 99.0), [dividend(1)]) == pytest.approx([90 * 0.99, 99, 99])


def test_dividends_multiply():
    bars = observed(100.0, 100.0, 50.0)
    paid = [dividend(10, ex_date=date(2024, 6, 7)), dividend(10)]
    assert closes(bars, paid) == pytest.approx([100 * 0.9 * 0.9, 90, 50])


def test_a_dividend_seen_before_a_split_is_on_the_old_shares():
    paid = dividend(10, seen=EARLY, ex_date=date(2024, 6, 7))
    bars = observed(1000.0, 1000.0, 100.0, fetched=[EARLY, EARLY, LATE])
    assert closes(bars, [paid, split(10)]) == pytest.approx([99, 100, 100])
    assert [action.value for action in current([paid, split(10)])] == [1, 10]


def test_a_dividend_on_the_day_of_a_split_is_on_the_new_shares():
    bars = observed(1000.0, 1000.0, 100.0, fetched=[EARLY, EARLY, LATE])
    assert closes(bars, [dividend(1), split(10)]) == pytest.approx([99, 99, 100])


def test_a_dividend_that_eats_the_price_is_left_out_and_named():
    bars = observed(100.0, 100.0, 50.0)
    assert closes(bars, [dividend(100)]) == [100, 100, 50]
    assert implausible_dividends([dividend(100)], daily=bars) == (MONDAY,)


def test_a_dividend_before_the_first_bar_changes_nothing():
    assert closes(observed(100.0, 100.0), [dividend(1, ex_date=date(2024, 1, 2))]) == [100, 100]


def test_30_minute_bars_get_the_factors_of_their_date():
    around = observed(100.0, 100.0, start="2024-06-07T19:30", freq="66h")  # the last of Friday and the first of Monday
    daily = observed(200.0, start="2024-06-07")
    assert adjust(around, [dividend(20)], daily=daily)["close"].tolist() == [90, 100]


def test_no_bars_stay_no_bars():
    assert adjust(empty_observed(), [split(10), dividend(1)]).empty


def test_the_frame_that_was_given_is_left_alone():
    bars = observed(1200.0, 1208.0, 121.0, fetched=EARLY)
    before = bars.copy()
    adjust(bars, [split(10), dividend(1)])
    pd.testing.assert_frame_equal(bars, before)


@pytest.mark.parametrize(
    ("action", "words"),
    [
        (split(10.0), "Split 10:1"),
        (split(0.125), "Split 1:8"),
        (split(1.5), "Split 3:2"),
        (dividend(0.25), "Dividend 0.25"),
    ],
    ids=str,
)
def test_actions_are_put_into_words(action, words):
    assert describe(action) == words


DAYS = st.integers(0, 9).map(lambda day: MONDAY + timedelta(days=day))
MOMENTS = st.integers(0, 400).map(lambda hours: EARLY + timedelta(hours=hours))
SPLITS = st.lists(st.builds(split, st.sampled_from([0.1, 1.0, 2.0, 3.0, 10.0]), MOMENTS, DAYS), max_size=8)


@given(SPLITS, st.lists(MOMENTS, min_size=10, max_size=10))
def test_it_does_not_matter_when_a_row_was_fetched(splits, moments):
    splits = list({(action.ex_date, action.first_seen): action for action in splits}.values())
    today = 1 + np.arange(10.0)
    ratios = np.ones(10)
    for row, moment in enumerate(moments):
        for ex_date in {action.ex_date for action in splits}:
            versions = sorted(action for action in splits if action.ex_date == ex_date)
            known = [action.value for action in versions if action.first_seen <= moment]
            if MONDAY + timedelta(days=row) < ex_date:
                ratios[row] *= versions[-1].value / (known[-1] if known else 1)
    bars = observed(*(today * ratios), fetched=moments, start="2024-06-10", freq="D")
    seen = check_bars(rebase(bars, splits))
    np.testing.assert_allclose(seen["close"], today)
