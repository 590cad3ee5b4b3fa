"""What SMA and EMA must keep alike, and where they differ."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stockdash import Indicator, run
from stockdash.indicators.ema import INDICATOR as EMA
from stockdash.indicators.sma import INDICATOR as SMA
from tests.indicators.frames import bars_of

ANSWERS = Path(__file__).parents[1] / "answers" / "moving_averages_stockcharts.csv"

CLOSES = st.lists(st.floats(0.01, 1e6) | st.just(float("nan")), max_size=60)
LENGTHS = st.integers(1, 30)

both = pytest.mark.parametrize("average", [SMA, EMA], ids=["sma", "ema"])


def values(average: Indicator, closes: list[float], length: int) -> pd.Series:
    return run(average, bars_of(closes), {"length": length})[average.id]


@both
def test_published_example_to_the_cent(average: Indicator) -> None:
    published = pd.read_csv(ANSWERS, comment="#")
    ours = values(average, published["close"].tolist(), 10)
    np.testing.assert_allclose(ours.to_numpy(), published[average.id], atol=0.00501)


@both
def test_first_value_is_the_mean_of_the_first_length(average: Indicator) -> None:
    assert values(average, [1, 2, 6, 100], 3).iloc[:3].tolist() == pytest.approx([np.nan, np.nan, 3], nan_ok=True)


@both
def test_length_one_is_the_price_itself(average: Indicator) -> None:
    assert values(average, [3, 1, 2], 1).tolist() == pytest.approx([3, 1, 2])


@both
@pytest.mark.parametrize("closes", [[], [5.0]], ids=["none", "one"])
def test_too_few_bars_give_nan(average: Indicator, closes: list[float]) -> None:
    assert values(average, closes, 2).isna().all()


@both
def test_the_price_can_be_chosen(average: Indicator) -> None:
    bars = bars_of([1.0, 2.0])
    high = run(average, bars, {"length": 1, "source": "high"})[average.id]
    assert high.tolist() == pytest.approx(bars["high"].tolist())


@both
@given(closes=CLOSES, length=LENGTHS)
def test_leading_nan_is_the_declared_warmup(average: Indicator, closes: list[float], length: int) -> None:
    known = values(average, closes, length)[~np.isnan(closes)]
    warmup = average.warmup(average.params(length=length))
    assert known.isna().to_numpy().nonzero()[0].tolist() == list(range(min(warmup, len(known))))


@both
@given(closes=CLOSES, length=LENGTHS)
def test_a_gap_is_skipped_and_stays_a_gap(average: Indicator, closes: list[float], length: int) -> None:
    gapless = [close for close in closes if not np.isnan(close)]
    ours = values(average, closes, length)
    np.testing.assert_array_equal(ours[~np.isnan(closes)], values(average, gapless, length))
    assert ours[np.isnan(closes)].isna().all()


@both
@given(closes=CLOSES, length=LENGTHS, cut=st.integers(0, 60))
def test_later_bars_change_nothing(average: Indicator, closes: list[float], length: int, cut: int) -> None:
    whole = values(average, closes, length).iloc[:cut]
    np.testing.assert_allclose(values(average, closes[:cut], length), whole, rtol=1e-9)


def test_sma_of_small_prices_after_huge_ones_keeps_its_digits() -> None:
    assert values(SMA, [1e6] * 50 + [0.01] * 50, 10).iloc[-1] == pytest.approx(0.01, rel=1e-6)


def test_ema_weighs_the_new_price_by_two_over_length_plus_one() -> None:
    assert values(EMA, [10, 10, 10, 20], 3).iloc[-1] == 15
