"""Money flow index: the RSI's question asked of money, 0 to 100.

100 * positive / (positive + negative) money flow of the last `length` bars; a bar's flow is price * volume, positive
when the price rose, negative when it fell; of hlc3, unless another source is chosen (Quong and Soudack 1989,
"Volume-Weighted RSI: Money Flow", Stocks & Commodities 7:3). The first value stands at bar `length + 1`, as TA-Lib's;
TradingView counts the first bar's flow as positive and starts one bar sooner. 50 without any flow, where TA-Lib has 0
(it does so below a flow of 1 too) and TradingView none.
"""

import numpy as np
import pandas as pd
from pydantic import Field

from stockdash.fields import Source, Timeframe
from stockdash.indicators import Indicator, Output, Params, price
from stockdash.known import Array, Known


class MfiParams(Params):
    """Parameters of the money flow index."""

    length: int = Field(14, ge=1, le=200, title="Length", description="Bars looked back over")
    source: Source = "hlc3"
    timeframe: Timeframe = "chart"


def mfi(bars: pd.DataFrame, params: MfiParams) -> pd.DataFrame:
    """Compute the index, 0 to 100."""
    known = Known(price(bars, params.source), bars["volume"])
    prices, volume = known.columns
    change = np.diff(prices, prepend=prices[:1])
    flow = prices * volume
    gained = _sum(np.where(change > 0, flow, 0), params.length)
    total = gained + _sum(np.where(change < 0, flow, 0), params.length)
    index = np.full(len(flow), 0.5)
    np.divide(gained, total, out=index, where=total > 0)
    return known.answer(params.length, mfi=index * 100)


def _sum(flow: Array, length: int) -> Array:
    # pandas adds with compensation: money of a busy day must not leave a remainder in a quiet one.
    return pd.Series(flow).rolling(length).sum().clip(lower=0).to_numpy()


INDICATOR = Indicator(
    id="mfi",
    name="Money flow index",
    params=MfiParams,
    outputs=(Output("mfi", "MFI", color="#8e6cef", levels=(20, 80)),),
    compute=mfi,
    warmup=lambda params: params.length,
    pane="own",
    description="How much of the recent turnover came on rising bars: above 80 overbought, below 20 oversold.",
    category="Volume",
    synonyms=("volume-weighted RSI", "money flow"),
    source="Quong and Soudack 1989, Volume-Weighted RSI: Money Flow, Stocks & Commodities 7:3",
)
