"""Rate of change: how many percent the price has moved in the last `length` bars.

100 * (price / price[-length] - 1) (Murphy 1999, Technical Analysis of the Financial Markets, chapter 10). The first
value stands at bar `length + 1`; TA-Lib and TradingView do the same. From a source that was 0 it is 0, as TA-Lib's.
"""

import pandas as pd
import talib
from pydantic import Field

from stockdash.fields import Source, Timeframe
from stockdash.indicators import Indicator, Output, Params, price
from stockdash.known import Known


class RocParams(Params):
    """Parameters of the rate of change."""

    length: int = Field(9, ge=1, le=200, title="Length", description="Bars between the two prices")
    source: Source = "close"
    timeframe: Timeframe = "chart"


def roc(bars: pd.DataFrame, params: RocParams) -> pd.DataFrame:
    """Compute the change, in percent."""
    known = Known(price(bars, params.source))
    [prices] = known.columns
    return known.answer(roc=talib.ROC(prices, params.length))


INDICATOR = Indicator(
    id="roc",
    name="Rate of change",
    params=RocParams,
    outputs=(Output("roc", "ROC", color="#2d8cff", levels=(0,)),),
    compute=roc,
    warmup=lambda params: params.length,
    pane="own",
    description="The percentage move over a fixed number of bars.",
    category="Momentum",
    synonyms=("momentum", "percent change", "return"),
    source="Murphy 1999, Technical Analysis of the Financial Markets, chapter 10",
)
