"""Bollinger bands: a simple average, and lines some standard deviations above and below it.

middle = sma(price, length); upper and lower = middle +- width * population standard deviation of the same prices
(Bollinger 2001, Bollinger on Bollinger Bands, chapter 7). The first values stand at bar `length`; TA-Lib and
TradingView do the same.
"""

import pandas as pd
from pydantic import Field

from stockdash.averages import bands
from stockdash.fields import Source, Timeframe, pane_for
from stockdash.indicators import Indicator, Output, Params, price
from stockdash.known import Known


class BollingerParams(Params):
    """Parameters of the Bollinger bands."""

    length: int = Field(20, ge=2, le=200, title="Length", description="Bars averaged")
    width: float = Field(2.0, ge=0.1, le=10, title="Width", description="Standard deviations from the middle")
    source: Source = "close"
    timeframe: Timeframe = "chart"


def bollinger(bars: pd.DataFrame, params: BollingerParams) -> pd.DataFrame:
    """Compute the three lines, in the unit of the prices."""
    known = Known(price(bars, params.source))
    [prices] = known.columns
    upper, middle, lower = bands(prices, params.length, params.width)
    return known.answer(upper=upper, middle=middle, lower=lower)


INDICATOR = Indicator(
    id="bollinger",
    name="Bollinger bands",
    short="BB",
    params=BollingerParams,
    outputs=(
        Output("upper", "Upper", color="#2d8cff", fill_to="lower"),
        Output("middle", "Middle", color="#ff9800"),
        Output("lower", "Lower", color="#2d8cff"),
    ),
    compute=bollinger,
    warmup=lambda params: params.length - 1,
    pane=lambda params: pane_for(params.source),
    description="An average with a band as wide as prices vary: narrow in calm, wide in turmoil.",
    category="Volatility",
    synonyms=("BBANDS", "standard deviation bands"),
    source="Bollinger 2001, Bollinger on Bollinger Bands, chapter 7",
)
