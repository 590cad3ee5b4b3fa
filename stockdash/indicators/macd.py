"""Moving average convergence divergence: a fast average less a slow one, and an average of that.

macd = ema(price, fast) - ema(price, slow); signal = ema(macd, signal length); histogram = macd - signal (Appel 2005,
Technical Analysis: Power Tools for Active Investors, chapter 8). Computed as TA-Lib does: the shorter length is the
fast one; both averages are seeded at bar `slow`, each with the plain mean of its last prices up to there, the signal
with the mean of its first values; all three lines begin together, where the signal does. TradingView starts
each average at its own first bars: it differs at first, by less than a millionth of the price after about 180 bars.
"""

import pandas as pd
import talib
from pydantic import Field

from stockdash.fields import Source, Timeframe
from stockdash.indicators import Indicator, Output, Params, price
from stockdash.known import Known


class MacdParams(Params):
    """Parameters of the MACD."""

    fast: int = Field(12, ge=2, le=200, title="Fast length", description="Bars of the quick average")
    slow: int = Field(26, ge=2, le=200, title="Slow length", description="Bars of the slow average")
    signal: int = Field(9, ge=1, le=200, title="Signal length", description="Bars of the average of the difference")
    source: Source = "close"
    timeframe: Timeframe = "chart"


def macd(bars: pd.DataFrame, params: MacdParams) -> pd.DataFrame:
    """Compute the three lines, in the unit of the prices."""
    known = Known(price(bars, params.source))
    [prices] = known.columns
    line, signal, histogram = talib.MACD(prices, params.fast, params.slow, params.signal)
    return known.answer(histogram=histogram, macd=line, signal=signal)


def _warmup(params: MacdParams) -> int:
    return max(params.fast, params.slow) + params.signal - 2


INDICATOR = Indicator(
    id="macd",
    name="Moving average convergence divergence",
    short="MACD",
    params=MacdParams,
    outputs=(
        Output("histogram", "Histogram", draw="histogram"),
        Output("macd", "MACD", color="#2d8cff"),
        Output("signal", "Signal", color="#ff9800"),
    ),
    compute=macd,
    warmup=_warmup,
    pane="own",
    description="How far a fast average has run from a slow one; crossing its signal line marks a turn.",
    category="Momentum",
    synonyms=("convergence", "divergence", "Appel"),
    source="Appel 2005, Technical Analysis: Power Tools for Active Investors, chapter 8",
)
