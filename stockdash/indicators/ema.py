"""Exponential moving average: a mean in which older prices count ever less.

ema = alpha * price + (1 - alpha) * previous ema, alpha = 2 / (length + 1) (Murphy 1999, Technical Analysis of
the Financial Markets, chapter 9). Seeded with the plain mean of the first `length` prices, which is the first
value, at bar `length`, as TA-Lib's; TradingView's manual (v6, ``ta.ema``) gives code that starts from the first
price. A price that is NaN is skipped.
"""

import pandas as pd
from pydantic import Field

from stockdash.averages import ema as exponential_average
from stockdash.fields import Source, Timeframe, pane_for
from stockdash.indicators import Indicator, Output, Params, price
from stockdash.known import Known


class EmaParams(Params):
    """Parameters of the exponential moving average."""

    length: int = Field(20, ge=1, le=200, title="Length", description="Bars in the first mean; sets the weight")
    source: Source = "close"
    timeframe: Timeframe = "chart"


def ema(bars: pd.DataFrame, params: EmaParams) -> pd.DataFrame:
    """Compute the average, in the unit of the prices."""
    known = Known(price(bars, params.source))
    [prices] = known.columns
    return known.answer(ema=exponential_average(prices, params.length))


INDICATOR = Indicator(
    id="ema",
    name="Exponential moving average",
    params=EmaParams,
    outputs=(Output("ema", "EMA"),),
    compute=ema,
    warmup=lambda params: params.length - 1,
    pane=lambda params: pane_for(params.source),
    description="A mean in which older prices count ever less: it turns sooner than a simple average.",
    category="Trend",
    synonyms=("exponential mean", "EWMA"),
    source="Murphy 1999, Technical Analysis of the Financial Markets, chapter 9",
)
