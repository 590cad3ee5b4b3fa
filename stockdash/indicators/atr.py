"""Average true range: how far the price usually moves within a bar, gaps included.

true range = largest of high - low, |high - previous close|, |low - previous close|; averaged as Wilder's, seeded
with the plain mean of the first `length` (Wilder 1978, New Concepts in Technical Trading Systems, section III). The
first bar has no previous close and so no true range: the first value stands at bar `length + 1`, as TA-Lib's;
TradingView takes the first bar's high - low and starts one bar sooner.
"""

import pandas as pd
import talib
from pydantic import Field

from stockdash.fields import Timeframe
from stockdash.indicators import Indicator, Output, Params
from stockdash.known import Known


class AtrParams(Params):
    """Parameters of the average true range."""

    length: int = Field(14, ge=1, le=200, title="Length", description="Bars averaged")
    timeframe: Timeframe = "chart"


def atr(bars: pd.DataFrame, params: AtrParams) -> pd.DataFrame:
    """Compute the range, in the unit of the prices."""
    known = Known(bars["high"], bars["low"], bars["close"])
    high, low, close = known.columns
    return known.answer(atr=talib.ATR(high, low, close, params.length))


INDICATOR = Indicator(
    id="atr",
    name="Average true range",
    params=AtrParams,
    outputs=(Output("atr", "ATR", color="#c2410c"),),
    compute=atr,
    warmup=lambda params: params.length,
    pane="own",
    description="How far the price usually moves in a bar: a yardstick for stops and position sizes.",
    category="Volatility",
    synonyms=("true range", "TR", "volatility"),
    source="Wilder 1978, New Concepts in Technical Trading Systems, section III",
)
