"""Linear-regression channel: where the straight line through the last prices ends, and how closely they keep to it.

middle = last point of the least-squares line through the last `length` prices; upper and lower = middle +- width *
the deviation from that line, sqrt(sum of squared residuals / (length - 1)), the divisor of TradingView's ``Linear
Regression Channel`` (Raff 1991, "Trading the Regression Channel", Stocks & Commodities 9:10, uses the largest
residual). TradingView draws one straight channel through the last bars, which redraws all of them with each new bar;
here each bar keeps the end that the channel had when it was the last one, as TA-Lib's LINEARREG and TradingView's
``ta.linreg`` do. The first values stand at bar `length`.
"""

import numpy as np
import pandas as pd
import talib
from pydantic import Field

from stockdash.averages import bands
from stockdash.fields import Source, Timeframe, pane_for
from stockdash.indicators import Indicator, Output, Params, price
from stockdash.known import Known


class LinregParams(Params):
    """Parameters of the linear-regression channel."""

    length: int = Field(100, ge=3, le=200, title="Length", description="Bars that the line is laid through")
    width: float = Field(2.0, ge=0.1, le=10, title="Width", description="Deviations from the line")
    source: Source = "close"
    timeframe: Timeframe = "chart"


def linreg(bars: pd.DataFrame, params: LinregParams) -> pd.DataFrame:
    """Compute the three lines, in the unit of the prices."""
    known = Known(price(bars, params.source))
    [prices] = known.columns
    length = params.length
    middle = talib.LINEARREG(prices, length)
    # Of a line of slope b through n bars, b^2 (n^2 - 1) / 12 is the variance that the line itself explains.
    explained = talib.LINEARREG_SLOPE(prices, length) ** 2 * (length**2 - 1) / 12
    above, mean, _ = bands(prices, length, 1)
    unexplained = np.maximum((above - mean) ** 2 - explained, 0)
    spread = params.width * np.sqrt(unexplained * length / (length - 1))
    return known.answer(upper=middle + spread, middle=middle, lower=middle - spread)


INDICATOR = Indicator(
    id="linreg",
    name="Linear-regression channel",
    short="LinReg",
    params=LinregParams,
    outputs=(
        Output("upper", "Upper", color="#2d8cff", fill_to="lower"),
        Output("middle", "Middle", color="#e5484d"),
        Output("lower", "Lower", color="#2d8cff"),
    ),
    compute=linreg,
    warmup=lambda params: params.length - 1,
    pane=lambda params: pane_for(params.source),
    description="The end of a straight line through the last prices, with a band as wide as they stray from it.",
    category="Statistics",
    synonyms=("regression", "least squares", "LSMA", "Raff"),
    source="Raff 1991, Trading the Regression Channel, Stocks & Commodities 9:10",
)
