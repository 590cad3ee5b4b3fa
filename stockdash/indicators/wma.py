"""Weighted moving average: a mean in which the newest price counts most.

(length * p[0] + (length - 1) * p[-1] + ... + 1 * p[-(length - 1)]) / (length * (length + 1) / 2) (Murphy 1999,
Technical Analysis of the Financial Markets, chapter 9). The first value stands at bar `length`; TA-Lib and TradingView
do the same.
"""

import pandas as pd
from pydantic import Field

from stockdash.averages import wma as weighted_average
from stockdash.fields import Source, Timeframe, pane_for
from stockdash.indicators import Indicator, Output, Params, price
from stockdash.known import Known


class WmaParams(Params):
    """Parameters of the weighted moving average."""

    length: int = Field(20, ge=1, le=200, title="Length", description="Bars averaged")
    source: Source = "close"
    timeframe: Timeframe = "chart"


def wma(bars: pd.DataFrame, params: WmaParams) -> pd.DataFrame:
    """Compute the average, in the unit of the prices."""
    known = Known(price(bars, params.source))
    [prices] = known.columns
    return known.answer(wma=weighted_average(prices, params.length))


INDICATOR = Indicator(
    id="wma",
    name="Weighted moving average",
    params=WmaParams,
    outputs=(Output("wma", "WMA"),),
    compute=wma,
    warmup=lambda params: params.length - 1,
    pane=lambda params: pane_for(params.source),
    description="A mean whose weights fall evenly from the newest price to the oldest.",
    category="Trend",
    synonyms=("linear weighted moving average", "LWMA"),
    source="Murphy 1999, Technical Analysis of the Financial Markets, chapter 9",
)
