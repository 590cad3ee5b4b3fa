"""Stochastic oscillator: where the close stands in the range of the last bars, 0 to 100.

%K = sma(100 * (close - lowest low) / (highest high - lowest low), smooth); %D = sma(%K, signal) (Lane 1984, "Lane's
Stochastics", Stocks & Commodities 2:3). Without a range the raw value is 50, where TA-Lib has 0 and TradingView none.
Both lines begin together, where %D does; apart from that TA-Lib's STOCH and TradingView's ``Stochastic`` are the same.
"""

import pandas as pd
from pydantic import Field

from stockdash.averages import sma
from stockdash.fields import Timeframe
from stockdash.indicators import Indicator, Output, Params
from stockdash.known import Known
from stockdash.ranges import place_in_range


class StochasticParams(Params):
    """Parameters of the stochastic oscillator."""

    length: int = Field(14, ge=1, le=200, title="Length", description="Bars of the range")
    smooth: int = Field(3, ge=1, le=50, title="%K smoothing", description="Bars averaged; 1 is the fast stochastic")
    signal: int = Field(3, ge=1, le=50, title="%D length", description="Bars of the average of %K")
    timeframe: Timeframe = "chart"


def stochastic(bars: pd.DataFrame, params: StochasticParams) -> pd.DataFrame:
    """Compute both lines, 0 to 100."""
    known = Known(bars["high"], bars["low"], bars["close"])
    high, low, close = known.columns
    k = sma(place_in_range(high, low, close, params.length), params.smooth)
    return known.answer(_warmup(params), k=k, d=sma(k, params.signal))


def _warmup(params: StochasticParams) -> int:
    return params.length + params.smooth + params.signal - 3


INDICATOR = Indicator(
    id="stochastic",
    name="Stochastic oscillator",
    short="Stoch",
    params=StochasticParams,
    outputs=(Output("k", "%K", color="#2d8cff", levels=(20, 80)), Output("d", "%D", color="#ff9800")),
    compute=stochastic,
    warmup=_warmup,
    pane="own",
    description="Whether closes are near the top or the bottom of the recent range.",
    category="Momentum",
    synonyms=("%K", "%D", "slow stochastic", "fast stochastic", "Lane"),
    source="Lane 1984, Lane's Stochastics, Stocks & Commodities 2:3",
)
