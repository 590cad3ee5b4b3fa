"""What the built-in indicators do where others differ, as docs/indicators.md says."""

import numpy as np
import pandas as pd
import pytest

from stockdash import run
from stockdash.registry import load_catalog
from tests.indicators.frames import bars_of, days, walk

CATALOG = load_catalog()


def last(indicator_id: str, bars: pd.DataFrame, **params: object) -> dict[str, float]:
    return run(CATALOG.find(indicator_id), bars, params).iloc[-1].to_dict()


def test_rsi_of_an_unchanged_price_is_in_the_middle() -> None:
    assert last("rsi", bars_of([5.0] * 30)) == {"rsi": 50}


def test_rsi_of_falling_prices_is_zero() -> None:
    assert last("rsi", bars_of([30.0 - at for at in range(20)])) == {"rsi": 0}


def test_rsi_is_kept_through_a_long_calm() -> None:
    closes = [10.0, 11.0, 10.5, 11.5]
    before = last("rsi", bars_of(closes), length=2)
    assert last("rsi", bars_of(closes + [11.5] * 200), length=2) == pytest.approx(before)


def test_bollinger_bands_of_a_high_calm_price_keep_their_digits() -> None:
    closes = 1e7 + np.tile([0.0, 0.01], 5000)
    bands = last("bollinger", bars_of(closes))
    assert bands["upper"] - bands["middle"] == pytest.approx(0.01, rel=1e-3)


def test_macd_takes_the_shorter_length_as_the_fast_one() -> None:
    bars = walk(80)
    assert last("macd", bars, fast=26, slow=12) == last("macd", bars, fast=12, slow=26)


def test_the_first_supertrend_is_a_downtrend() -> None:
    first = run(CATALOG.find("supertrend"), bars_of([10.0] * 30), {}).iloc[10]
    assert np.isnan(first["up"])
    assert first["down"] > 10


def test_supertrend_turns_when_the_close_leaves_the_band() -> None:
    rising = run(CATALOG.find("supertrend"), bars_of([10.0] * 20 + [20.0]), {}).iloc[-1]
    assert rising["up"] < 20
    assert np.isnan(rising["down"])


def test_the_cloud_of_a_bar_is_of_25_bars_ago() -> None:
    bars = walk(120)
    now = run(CATALOG.find("ichimoku"), bars, {})
    unmoved = run(CATALOG.find("ichimoku"), bars, {"displacement": 1})
    np.testing.assert_array_equal(now["span_b"].iloc[76:], unmoved["span_b"].iloc[51:-25])


def test_the_lagging_line_is_the_close_of_25_bars_ago() -> None:
    bars = walk(120)
    lagging = run(CATALOG.find("ichimoku"), bars, {})["lagging"]
    np.testing.assert_array_equal(lagging.iloc[76:], bars["close"].iloc[51:-25])


def test_obv_begins_at_zero() -> None:
    assert run(CATALOG.find("obv"), bars_of([1, 2, 2, 1]), {})["obv"].tolist() == [0, 1000, 1000, 0]


@pytest.mark.parametrize(
    ("method", "expected"),
    [
        ("classic", {"p": 11, "r1": 13, "r2": 15, "r3": 17, "s1": 9, "s2": 7, "s3": 5}),
        ("fibonacci", {"p": 11, "r1": 12.528, "r2": 13.472, "r3": 15, "s1": 9.472, "s2": 8.528, "s3": 7}),
        ("camarilla", {"p": 11, "r1": 11 + 4.4 / 12, "r2": 11 + 4.4 / 6, "s1": 11 - 4.4 / 12, "s2": 11 - 4.4 / 6}),
    ],
)
def test_pivots_come_from_the_whole_period_before(method: str, expected: dict[str, float]) -> None:
    january = pd.DataFrame({"open": 10.0, "high": 12.0, "low": 10.0, "close": 11.0, "volume": 1}, index=days(32))
    january.loc["2024-01-15", ["high", "low"]] = [13.0, 9.0]
    levels = last("pivots", january, method=method)
    assert {name: levels[name] for name in expected} == pytest.approx(expected)


def test_pivots_wait_for_the_first_period_to_end() -> None:
    known = run(CATALOG.find("pivots"), walk(40), {}).notna().all(axis=1)
    assert known.tolist() == [False] * 31 + [True] * 9


def test_vwap_without_volume_is_not_known() -> None:
    assert np.isnan(last("vwap", walk(5).assign(volume=0))["vwap"])


def test_vwap_of_daily_bars_can_be_anchored_to_the_month() -> None:
    bars = walk(33).assign(high=3.0, low=3.0, close=3.0)
    bars.loc["2024-02-01":, ["high", "low", "close"]] = 6.0
    assert run(CATALOG.find("vwap"), bars, {"anchor": "month"})["vwap"].iloc[30:].tolist() == [3, 6, 6]


@pytest.mark.parametrize("anchor", ["week", "quarter", "year"])
def test_a_period_begins_with_its_first_day(anchor: str) -> None:
    first = {"week": "2024-01-08", "quarter": "2024-04-01", "year": "2025-01-01"}[anchor]
    bars = walk(400)
    typical = bars[["high", "low", "close"]].mean(axis=1)
    assert run(CATALOG.find("vwap"), bars, {"anchor": anchor})["vwap"][first] == pytest.approx(typical[first])


def test_the_change_from_nothing_is_none() -> None:
    bars = bars_of([1.0, 1.0, 1.0]).assign(volume=[0, 0, 500])
    assert last("roc", bars, length=1, source="volume") == {"roc": 0}


def test_money_without_volume_flows_nowhere() -> None:
    still = walk(40).assign(volume=0)
    assert (last("mfi", still), last("cmf", still)) == ({"mfi": 50}, {"cmf": 0})


def test_the_channel_of_a_straight_line_has_no_width() -> None:
    channel = last("linreg", bars_of([10.0 + at for at in range(120)]))
    assert [channel["upper"], channel["middle"], channel["lower"]] == pytest.approx([129] * 3, abs=1e-4)
