"""Stochastic RSI: where the RSI stands in its own recent range, 0 to 100.

%K = sma(100 * (rsi - lowest rsi) / (highest rsi - lowest rsi), smooth); %D = sma(%K, signal) (Chande and Kroll 1994,
The New Technical Trader, chapter 5). RSI seeded as Wilder's. Without a range the raw value is 50. TradingView's
``Stochastic RSI`` is the same; TA-Lib's STOCHRSI is this with a smoothing of 1.
"""

import pandas as pd
from pydantic import Field

from stockdash.averages import relative_strength, sma
from stockdash.fields import Source, Timeframe
from stockdash.indicators import Indicator, Output, Params, price
from stockdash.known import Known
from stockdash.ranges import place_in_range


class StochRsiParams(Params):
    """Parameters of the stochastic RSI."""

    rsi_length: int = Field(14, ge=2, le=200, title="RSI length", description="Changes that the RSI looks back over")
    length: int = Field(14, ge=1, le=200, title="Range length", description="Bars of the RSI's range")
    smooth: int = Field(3, ge=1, le=50, title="%K smoothing", description="Bars averaged")
    signal: int = Field(3, ge=1, le=50, title="%D length", description="Bars of the average of %K")
    source: Source = "close"
    timeframe: Timeframe = "chart"


def stochrsi(bars: pd.DataFrame, params: StochRsiParams) -> pd.DataFrame:
    """Compute both lines, 0 to 100."""
    known = Known(price(bars, params.source))
    [prices] = known.columns
    rsi = relative_strength(prices, params.rsi_length)
    k = sma(place_in_range(rsi, rsi, rsi, params.length), params.smooth)
    return known.answer(_warmup(params), k=k, d=sma(k, params.signal))


def _warmup(params: StochRsiParams) -> int:
    return params.rsi_length + params.length + params.smooth + params.signal - 3


INDICATOR = Indicator(
    id="stochrsi",
    name="Stochastic RSI",
    short="StochRSI",
    params=StochRsiParams,
    outputs=(Output("k", "%K", color="#2d8cff", levels=(20, 80)), Output("d", "%D", color="#ff9800")),
    compute=stochrsi,
    warmup=_warmup,
    pane="own",
    description="The stochastic oscillator of the RSI: quicker and noisier than the RSI itself.",
    category="Momentum",
    synonyms=("SRSI", "stochastic relative strength"),
    source="Chande and Kroll 1994, The New Technical Trader, chapter 5",
)
