"""Williams %R: how far the close is below the top of the recent range, -100 to 0.

-100 * (highest high - close) / (highest high - lowest low) of the last `length` bars (Williams 1973, How I Made One
Million Dollars, chapter 4). The first value stands at bar `length`; TA-Lib and TradingView do the same. -50 where
there is no range, where TA-Lib has 0 and TradingView none.
"""

import pandas as pd
from pydantic import Field

from stockdash.fields import Timeframe
from stockdash.indicators import Indicator, Output, Params
from stockdash.known import Known
from stockdash.ranges import place_in_range


class WilliamsParams(Params):
    """Parameters of Williams %R."""

    length: int = Field(14, ge=1, le=200, title="Length", description="Bars of the range")
    timeframe: Timeframe = "chart"


def williams(bars: pd.DataFrame, params: WilliamsParams) -> pd.DataFrame:
    """Compute the oscillator, -100 to 0."""
    known = Known(bars["high"], bars["low"], bars["close"])
    high, low, close = known.columns
    return known.answer(williams=place_in_range(high, low, close, params.length) - 100)


INDICATOR = Indicator(
    id="williams",
    name="Williams %R",
    short="%R",
    params=WilliamsParams,
    outputs=(Output("williams", "%R", color="#8e6cef", levels=(-80, -20)),),
    compute=williams,
    warmup=lambda params: params.length - 1,
    pane="own",
    description="The fast stochastic counted from the top: above -20 is called overbought, below -80 oversold.",
    category="Momentum",
    synonyms=("WILLR", "percent range"),
    source="Williams 1973, How I Made One Million Dollars, chapter 4",
)
