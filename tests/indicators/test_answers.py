"""Built-in indicators against worked examples of others.

The first line of each file says how it was come by; only those compared with their source are outside answers.
"""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from stockdash import run
from stockdash.indicators.atr import INDICATOR as ATR
from stockdash.indicators.bollinger import INDICATOR as BOLLINGER
from stockdash.indicators.cci import INDICATOR as CCI
from stockdash.indicators.rsi import INDICATOR as RSI
from stockdash.indicators.stochastic import INDICATOR as STOCHASTIC
from stockdash.indicators.williams import INDICATOR as WILLIAMS
from tests.indicators.frames import bars_of

ANSWERS = Path(__file__).parents[1] / "answers"


def published(name: str) -> pd.DataFrame:
    return pd.read_csv(ANSWERS / f"{name}.csv", comment="#")


def bars_from(table: pd.DataFrame) -> pd.DataFrame:
    bars = bars_of(table["close"])
    return bars.assign(high=table["high"].to_numpy(), low=table["low"].to_numpy())


def assert_as_published(ours: pd.Series, theirs: pd.Series, *, within: float) -> None:
    told = theirs.notna().to_numpy()
    assert told.any()
    np.testing.assert_allclose(ours[told], theirs[told], rtol=0, atol=within)


def test_rsi_to_the_second_decimal() -> None:
    table = published("rsi_stockcharts")
    assert_as_published(run(RSI, bars_of(table["close"]), {})["rsi"], table["rsi"], within=0.00501)


@pytest.mark.parametrize("line", ["upper", "middle", "lower"])
def test_bollinger_bands_to_the_cent(line: str) -> None:
    table = published("bollinger_stockcharts")
    assert_as_published(run(BOLLINGER, bars_of(table["close"]), {})[line], table[line], within=0.0101)


@pytest.mark.parametrize(("line", "signal"), [("k", 1), ("d", 3)])
def test_fast_stochastic_as_far_as_prices_to_the_cent_allow(line: str, signal: int) -> None:
    table = published("stochastic_stockcharts")
    bars = bars_from(table.assign(close=table["close"].fillna(table["low"])))
    ours = run(STOCHASTIC, bars, {"smooth": 1, "signal": signal})[line]
    assert_as_published(ours, table[line], within=0.2)


def test_williams_r_as_far_as_prices_to_the_cent_allow() -> None:
    table = published("stochastic_stockcharts")
    bars = bars_from(table.assign(close=table["close"].fillna(table["low"])))
    assert_as_published(run(WILLIAMS, bars, {})["williams"], table["williams"], within=0.2)


def test_atr_to_the_cent() -> None:
    table = published("atr_stockcharts")
    # A close inside the first row's range makes that range its true range, as the publisher counts it.
    before = table.iloc[:1].assign(close=(table["high"][0] + table["low"][0]) / 2)
    ours = run(ATR, bars_from(pd.concat([before, table])), {})["atr"].iloc[1:]
    assert_as_published(ours, table["atr"], within=0.0101)


def test_cci_to_the_fourth_decimal() -> None:
    table = published("cci_ta4j")
    bars = bars_of(table["typical"])
    flat = bars.assign(high=bars["close"], low=bars["close"])
    assert_as_published(run(CCI, flat, {})["cci"], table["cci"], within=0.0001)
