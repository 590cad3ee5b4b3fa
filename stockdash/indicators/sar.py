"""Parabolic SAR (stop and reverse): a stop that runs after the price ever faster.

sar += acceleration * (extreme - sar); the acceleration grows by `increment` with each new extreme, up to `maximum`; a
touch turns the trend (Wilder 1978, New Concepts in Technical Trading Systems, section II). Seed: TA-Lib's, a downtrend
when the second bar's low fell further than its high rose, else an uptrend; TradingView looks at the second close.
The two agree from the first turn on that both have. The first value stands at bar 2.
"""

import numpy as np
import pandas as pd
import talib
from pydantic import Field

from stockdash.fields import Timeframe
from stockdash.indicators import Indicator, Output, Params
from stockdash.known import Known


class SarParams(Params):
    """Parameters of the parabolic SAR."""

    start: float = Field(0.02, ge=0.001, le=1, title="Start", description="First acceleration of a trend")
    increment: float = Field(0.02, ge=0.001, le=1, title="Increment", description="Added with each new extreme")
    maximum: float = Field(0.2, ge=0.001, le=1, title="Maximum", description="Highest acceleration")
    timeframe: Timeframe = "chart"


def sar(bars: pd.DataFrame, params: SarParams) -> pd.DataFrame:
    """Compute the stop, in the unit of the prices."""
    known = Known(bars["high"], bars["low"])
    high, low = known.columns
    accelerations = (min(params.start, params.maximum), params.increment, params.maximum)
    signed = talib.SAREXT(high, low, 0, 0, *accelerations, *accelerations)
    return known.answer(sar=np.abs(signed))


INDICATOR = Indicator(
    id="sar",
    name="Parabolic SAR",
    short="SAR",
    params=SarParams,
    outputs=(Output("sar", "SAR", draw="points"),),
    compute=sar,
    warmup=lambda _: 1,
    description="Dots below a rising price and above a falling one that close in the longer the trend lasts.",
    category="Trend",
    synonyms=("PSAR", "stop and reverse"),
    source="Wilder 1978, New Concepts in Technical Trading Systems, section II",
)
