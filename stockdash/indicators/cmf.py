"""Chaikin money flow: whether closes near the high or near the low drew the volume, -1 to 1.

sum(multiplier * volume) / sum(volume) over the last `length` bars, multiplier = ((close - low) - (high - close)) /
(high - low), 0 where high = low (Chaikin; StockCharts ChartSchool, "Chaikin Money Flow"; as TradingView's; TA-Lib has
none). The first value stands at bar `length`. 0 without any volume.
"""

import numpy as np
import pandas as pd
from pydantic import Field

from stockdash.fields import Timeframe
from stockdash.indicators import Indicator, Output, Params
from stockdash.known import Array, Known


class CmfParams(Params):
    """Parameters of the Chaikin money flow."""

    length: int = Field(20, ge=1, le=200, title="Length", description="Bars looked back over")
    timeframe: Timeframe = "chart"


def cmf(bars: pd.DataFrame, params: CmfParams) -> pd.DataFrame:
    """Compute the flow, -1 to 1."""
    known = Known(bars["high"], bars["low"], bars["close"], bars["volume"])
    high, low, close, volume = known.columns
    place = _share(2 * close - low - high, high - low)
    sums = pd.DataFrame({"flow": place * volume, "volume": volume}).rolling(params.length).sum()
    flow = _share(sums["flow"].to_numpy(), sums["volume"].to_numpy())
    return known.answer(params.length - 1, cmf=np.clip(flow, -1, 1))


def _share(part: Array, whole: Array) -> Array:
    share = np.zeros(len(whole))
    np.divide(part, whole, out=share, where=whole > 0)
    return share


INDICATOR = Indicator(
    id="cmf",
    name="Chaikin money flow",
    params=CmfParams,
    outputs=(Output("cmf", "CMF", color="#12a37c", levels=(0,)),),
    compute=cmf,
    warmup=lambda params: params.length - 1,
    pane="own",
    description="Buying pressure above zero, selling pressure below: where in its range each bar closed, by volume.",
    category="Volume",
    synonyms=("accumulation", "distribution", "money flow"),
    source="StockCharts ChartSchool, Chaikin Money Flow",
)
