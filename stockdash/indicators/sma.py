"""Simple moving average: the plain mean of the last `length` prices.

(p[0] + p[-1] + ... + p[-(length - 1)]) / length (Murphy 1999, Technical Analysis of the Financial Markets,
chapter 9). The first value stands at bar `length`; a price that is NaN is skipped.
"""

import pandas as pd
from pydantic import Field

from stockdash.averages import sma as simple_average
from stockdash.fields import Source, Timeframe, pane_for
from stockdash.indicators import Indicator, Output, Params, price
from stockdash.known import Known


class SmaParams(Params):
    """Parameters of the simple moving average."""

    length: int = Field(20, ge=1, le=200, title="Length", description="Bars averaged")
    source: Source = "close"
    timeframe: Timeframe = "chart"


def sma(bars: pd.DataFrame, params: SmaParams) -> pd.DataFrame:
    """Compute the average, in the unit of the prices."""
    known = Known(price(bars, params.source))
    [prices] = known.columns
    return known.answer(sma=simple_average(prices, params.length))


INDICATOR = Indicator(
    id="sma",
    name="Simple moving average",
    params=SmaParams,
    outputs=(Output("sma", "SMA"),),
    compute=sma,
    warmup=lambda params: params.length - 1,
    pane=lambda params: pane_for(params.source),
    description="The plain mean of the last prices: the trend without the noise, late by half its length.",
    category="Trend",
    synonyms=("MA", "moving average", "mean"),
    source="Murphy 1999, Technical Analysis of the Financial Markets, chapter 9",
)
