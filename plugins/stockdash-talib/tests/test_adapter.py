"""How TA-Lib's metadata becomes names, widgets, panes and marks."""

import subprocess
import sys

import numpy as np
import pytest
import talib
from stockdash_talib import indicators

from stockdash import run

INDICATORS = {listing.short: listing.load() for listing in indicators()}


def test_listing_makes_no_form():
    code = "import sys, stockdash_talib as t; t.indicators(); from stockdash_talib.parameters import _shared as made; "
    code += "sys.exit(made.cache_info().currsize)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def drawn(name):
    indicator = INDICATORS[name]
    return {output.name: output.draw for output in indicator.outputs_of(indicator.params())}


def field(name, parameter):
    return INDICATORS[name].params.model_fields[parameter]


@pytest.mark.parametrize(
    ("name", "pane"),
    [
        ("SMA", "price"),
        ("BBANDS", "price"),
        ("CDLENGULFING", "price"),
        ("RSI", "own"),
        ("OBV", "own"),
        ("AVGDEV", "own"),
    ],
)
def test_pane_follows_the_scale_of_the_output(name, pane):
    indicator = INDICATORS[name]
    assert indicator.pane_of(indicator.params()) == pane


def test_an_average_of_the_volume_is_not_drawn_over_the_prices():
    sma, rsi = INDICATORS["SMA"], INDICATORS["RSI"]
    assert sma.pane_of(sma.params(price="volume")) == "own"
    assert sma.pane_of(sma.params(price="@2.rsi")) == "price"
    assert rsi.pane_of(rsi.params(price="@2.rsi")) == "own"


def test_flags_tell_lines_from_dashes_and_histograms():
    assert drawn("MACD") == {"macd": "line", "macdsignal": "dashes", "macdhist": "histogram"}


def test_area_between_the_limits_is_shaded():
    indicator = INDICATORS["BBANDS"]
    outputs = indicator.outputs_of(indicator.params())
    assert {output.name: output.fill_to for output in outputs if output.fill_to} == {"lowerband": "upperband"}


def test_every_candlestick_pattern_is_drawn_as_markers():
    patterns = talib.get_function_groups()["Pattern Recognition"]
    assert {kind for name in patterns for kind in drawn(name).values()} == {"markers"}


@pytest.mark.parametrize(
    ("name", "parameter", "low", "high"),
    [
        ("RSI", "timeperiod", 2, 200),
        ("SMA", "timeperiod", 1, 200),
        ("MAMA", "fastlimit", 0.01, 0.99),
        ("PERCENTILE", "percentile", 0, 100),
        ("BBANDS", "nbdevup", 0, 10),
        ("T3", "vfactor", 0, 1),
    ],
)
def test_limits_are_those_of_ta_lib_or_sensible(name, parameter, low, high):
    lower, upper = field(name, parameter).metadata
    assert (lower.ge, upper.le) == (low, high)


@pytest.mark.parametrize(
    ("name", "parameter", "title"),
    [
        ("BBANDS", "matype", "MA type"),
        ("STOCH", "fastk_period", "Fast-K period"),
        ("COPPOCK", "roc1period", "ROC-1 period"),
    ],
)
def test_titles_keep_their_abbreviations(name, parameter, title):
    assert field(name, parameter).title == title


def test_average_is_chosen_by_name(make_bars):
    bars = make_bars(100)
    chosen = run(INDICATORS["MA"], bars, {"timeperiod": 10, "matype": "HMA"})["ma"]
    np.testing.assert_array_equal(chosen, talib.HMA(bars["close"].to_numpy(), 10))


def test_price_is_the_users_choice(make_bars):
    bars = make_bars(100)
    answer = run(INDICATORS["RSI"], bars, {"price": "high"})["rsi"]
    np.testing.assert_array_equal(answer, talib.RSI(bars["high"].to_numpy()))


def test_two_prices_are_two_choices(make_bars):
    bars = make_bars(100)
    answer = run(INDICATORS["CORREL"], bars, {"price0": "close", "price1": "open"})["correl"]
    np.testing.assert_array_equal(answer, talib.CORREL(bars["close"].to_numpy(), bars["open"].to_numpy()))


def test_volume_is_counted_in_floats(make_bars):
    bars = make_bars(100)
    answer = run(INDICATORS["OBV"], bars, {})["obv"]
    np.testing.assert_array_equal(answer, talib.OBV(bars["close"].to_numpy(), bars["volume"].to_numpy("float64")))


def test_division_by_zero_is_unknown(make_bars):
    bars = make_bars(10).assign(low=0.0)
    assert run(INDICATORS["DIV"], bars, {})["div"].isna().all()


def test_swing_highs_are_marked_above_and_lows_below(make_bars):
    swings = run(INDICATORS["FRACTAL"], make_bars(200), {})
    assert set(swings["swinghigh"].dropna()) == {-100, 0}
    assert set(swings["swinglow"].dropna()) == {0, 100}


def test_supertrend_marks_turns_only(make_bars):
    bars = make_bars(300)
    marks = run(INDICATORS["SUPERTREND"], bars, {})["trend"]
    trend = talib.SUPERTREND(*(bars[name].to_numpy() for name in ("high", "low", "close")))[1][10:]
    assert np.count_nonzero(marks.dropna()) == 1 + np.count_nonzero(np.diff(trend))


def test_functions_that_take_the_same_share_their_parameters():
    assert INDICATORS["CDLDOJI"].params is INDICATORS["CDLHAMMER"].params
