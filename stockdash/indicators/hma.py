"""Hull moving average: a weighted average that is sped up, then smoothed.

wma(2 * wma(p, length / 2) - wma(p, length), sqrt(length)), both lengths rounded down (Hull, "How to reduce lag in a
moving average", alanhull.com, 2005; rounding as TradingView's ``ta.hma``; TA-Lib has none). The first value stands
at bar `length + sqrt(length) - 1`.
"""

import math

import pandas as pd
from pydantic import Field

from stockdash.averages import wma
from stockdash.fields import Source, Timeframe, pane_for
from stockdash.indicators import Indicator, Output, Params, price
from stockdash.known import Known


class HmaParams(Params):
    """Parameters of the Hull moving average."""

    length: int = Field(20, ge=2, le=200, title="Length", description="Bars of the longer average")
    source: Source = "close"
    timeframe: Timeframe = "chart"


def hma(bars: pd.DataFrame, params: HmaParams) -> pd.DataFrame:
    """Compute the average, in the unit of the prices."""
    known = Known(price(bars, params.source))
    [prices] = known.columns
    leading = 2 * wma(prices, params.length // 2) - wma(prices, params.length)
    return known.answer(hma=wma(leading, math.isqrt(params.length)))


INDICATOR = Indicator(
    id="hma",
    name="Hull moving average",
    params=HmaParams,
    outputs=(Output("hma", "HMA"),),
    compute=hma,
    warmup=lambda params: params.length + math.isqrt(params.length) - 2,
    pane=lambda params: pane_for(params.source),
    description="Follows the price closely and still looks smooth, at the cost of overshooting at turns.",
    category="Trend",
    synonyms=("Hull",),
    source="Hull 2005, How to reduce lag in a moving average, alanhull.com",
)
