"""Donchian channels: the highest high and the lowest low of the last bars.

upper = highest high, lower = lowest low of the last `length` bars, this one included; middle = their mean (Donchian
1960; StockCharts ChartSchool, "Price Channels", leaves this bar out, TradingView's ``Donchian Channels`` and TA-Lib's
MAX and MIN do not). The first values stand at bar `length`.
"""

import pandas as pd
from pydantic import Field

from stockdash.fields import Timeframe
from stockdash.indicators import Indicator, Output, Params
from stockdash.known import Known
from stockdash.ranges import highest, lowest


class DonchianParams(Params):
    """Parameters of the Donchian channels."""

    length: int = Field(20, ge=1, le=200, title="Length", description="Bars looked back over")
    timeframe: Timeframe = "chart"


def donchian(bars: pd.DataFrame, params: DonchianParams) -> pd.DataFrame:
    """Compute the three lines, in the unit of the prices."""
    known = Known(bars["high"], bars["low"])
    high, low = known.columns
    upper, lower = highest(high, params.length), lowest(low, params.length)
    return known.answer(upper=upper, middle=(upper + lower) / 2, lower=lower)


INDICATOR = Indicator(
    id="donchian",
    name="Donchian channels",
    short="DC",
    params=DonchianParams,
    outputs=(
        Output("upper", "Upper", color="#8e6cef", fill_to="lower"),
        Output("middle", "Middle", color="#8e6cef", draw="dashes"),
        Output("lower", "Lower", color="#8e6cef"),
    ),
    compute=donchian,
    warmup=lambda params: params.length - 1,
    description="The highest and the lowest price of the last bars: leaving the channel is a breakout.",
    category="Volatility",
    synonyms=("price channels", "breakout", "turtle"),
    source="Donchian 1960; StockCharts ChartSchool, Price Channels",
)
