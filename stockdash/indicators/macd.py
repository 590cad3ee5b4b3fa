"""Moving average convergence divergence: a fast average less a slow one, and an average of that.

macd = ema(price, fast) - ema(price, slow); signal = ema(macd, signal length); histogram = macd - signal (Appel 2005,
Technical Analysis: Power Tools for Active Investors, chapter 8). Each average is seeded with the plain mean of its
own first values, as TradingView's ``ta.macd``; TA-Lib starts the fast one late, at the bar of the slow one, and so
differs at first (by less than 1e-6 after about 150 bars). All three lines begin together, where the signal does, as
TA-Lib's.
"""

import pandas as pd
from pydantic import Field

from stockdash.averages import ema
from stockdash.indicators import Indicator, Output, Params, Price, price
from stockdash.known import Known


class MacdParams(Params):
    """Parameters of the MACD."""

    fast: int = Field(12, ge=1, le=200, title="Fast length", description="Bars of the quick average")
    slow: int = Field(26, ge=1, le=200, title="Slow length", description="Bars of the slow average")
    signal: int = Field(9, ge=1, le=200, title="Signal length", description="Bars of the average of the difference")
    source: Price = Field("close", title="Price", description="Which price of each bar")


def macd(bars: pd.DataFrame, params: MacdParams) -> pd.DataFrame:
    """Compute the three lines, in the unit of the prices."""
    known = Known(price(bars, params.source))
    [prices] = known.columns
    line = ema(prices, params.fast)
    line -= ema(prices, params.slow)
    signal = ema(line, params.signal)
    return known.answer(_warmup(params), histogram=line - signal, macd=line, signal=signal)


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
