"""Built-in indicators against worked examples of others; the first line of each file says whose."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stockdash import Indicator, run
from stockdash.indicators.adx import INDICATOR as ADX
from stockdash.indicators.atr import INDICATOR as ATR
from stockdash.indicators.bollinger import INDICATOR as BOLLINGER
from stockdash.indicators.cci import INDICATOR as CCI
from stockdash.indicators.mfi import INDICATOR as MFI
from stockdash.indicators.rsi import INDICATOR as RSI
from stockdash.indicators.stochastic import INDICATOR as STOCHASTIC
from stockdash.indicators.vwap import INDICATOR as VWAP
from stockdash.indicators.williams import INDICATOR as WILLIAMS
from stockdash.registry import load_catalog
from tests.indicators.frames import bars_of

ANSWERS = Path(__file__).parents[1] / "answers"
CATALOG = load_catalog()


def published(name: str) -> pd.DataFrame:
    return pd.read_csv(ANSWERS / f"{name}.csv", comment="#")


def bars_from(table: pd.DataFrame) -> pd.DataFrame:
    bars = bars_of(table["close"])
    return bars.assign(high=table["high"].to_numpy(), low=table["low"].to_numpy())


def assert_as_published(ours: pd.Series, theirs: pd.Series, *, within: float) -> None:
    told = theirs.notna().to_numpy()
    assert told.any()
    np.testing.assert_allclose(ours[told], theirs[told], rtol=0, atol=within)


def worked(indicator: Indicator, table: pd.DataFrame, **params: object) -> pd.DataFrame:
    return run(indicator, bars_from(table), params)


def test_rsi_to_the_second_decimal() -> None:
    table = published("rsi_stockcharts")
    assert_as_published(run(RSI, bars_of(table["close"]), {})["rsi"], table["rsi"], within=0.00501)


@pytest.mark.parametrize("line", ["upper", "middle", "lower"])
def test_bollinger_bands_to_the_cent(line: str) -> None:
    table = published("bollinger_stockcharts")
    assert_as_published(run(BOLLINGER, bars_of(table["close"]), {})[line], table[line], within=0.0101)


@pytest.mark.parametrize(("line", "signal"), [("k", 1), ("d", 3)])
def test_fast_stochastic_to_the_millionth(line: str, signal: int) -> None:
    table = published("stochastic_stockcharts")
    table["close"] = table["close"].fillna(table["low"])  # it begins where the first value needs it
    assert_as_published(worked(STOCHASTIC, table, smooth=1, signal=signal)[line], table[line], within=1e-6)


def test_williams_r_is_the_same_place_counted_from_the_top() -> None:
    table = published("stochastic_stockcharts")
    table["close"] = table["close"].fillna(table["low"])
    assert_as_published(worked(WILLIAMS, table)["williams"], table["k"] - 100, within=1e-6)


def test_atr_to_the_billionth() -> None:
    table = published("atr_stockcharts")
    # A close inside the first row's range makes that range its true range, as the publisher counts it.
    before = table.iloc[:1].assign(close=(table["high"][0] + table["low"][0]) / 2)
    ours = worked(ATR, pd.concat([before, table], ignore_index=True))["atr"].iloc[1:]
    assert_as_published(ours, table["atr"], within=1e-9)


def test_adx_to_the_seventh_decimal() -> None:
    table = published("adx_stockcharts")
    ours = worked(ADX, table)
    for line in ("plus", "minus", "adx"):
        # Both directional lines begin here where the index does.
        assert_as_published(ours[line].iloc[27:], table[line].iloc[27:], within=1e-7)


def test_money_flow_index_to_the_fifth_decimal() -> None:
    table = published("money_flow_stockcharts")
    bars = bars_from(table).assign(volume=table["volume"].to_numpy())
    assert_as_published(run(MFI, bars, {})["mfi"], table["mfi"], within=1e-5)


def test_vwap_from_the_first_bar_on() -> None:
    table = published("money_flow_stockcharts")
    bars = bars_from(table).assign(volume=table["volume"].to_numpy())
    bars.index = pd.DatetimeIndex(table["day"], tz="UTC", name="ts").as_unit("us")
    assert_as_published(run(VWAP, bars, {"anchor": "month"})["vwap"], table["vwap"], within=1e-9)


def test_cci_to_the_fourth_decimal() -> None:
    table = published("cci_ta4j")
    bars = bars_of(table["typical"])
    flat = bars.assign(high=bars["close"], low=bars["close"])
    assert_as_published(run(CCI, flat, {})["cci"], table["cci"], within=0.0001)


OTHERS = published("stock_indicators")


@pytest.mark.parametrize(
    "row", OTHERS.index, ids=[f"{it.indicator}.{it.output} at {it.row}" for it in OTHERS.itertuples()]
)
def test_what_the_tests_of_another_library_expect(row: int) -> None:
    case = OTHERS.loc[row]
    bars = published("stock_indicators_bars").set_axis(bars_of(range(1, 51)).index).assign(volume=1)
    params = dict(part.split("=") for part in case["parameters"].split())
    ours = run(CATALOG.find(case["indicator"]), bars, params)[case["output"]]
    assert ours.iloc[case["row"]] == pytest.approx(case["value"], abs=0.0000501)
