"""Average directional index: how strong the trend is, and which way it points, 0 to 100.

+DI and -DI = 100 * average of the upward and downward moves / average true range; adx = average of 100 * |+DI - -DI| /
(+DI + -DI). All averages Wilder's, seeded with the plain mean of their first values, from the second bar on (Wilder
1978, New Concepts in Technical Trading Systems, section IV), as TradingView's ``ta.dmi``. TA-Lib seeds the moves
and the range with one value fewer and so differs at first. All three lines begin together, where ADX does.
"""

import numpy as np
import pandas as pd
import talib
from pydantic import Field

from stockdash.averages import wilder
from stockdash.fields import Timeframe
from stockdash.indicators import Indicator, Output, Params
from stockdash.known import Array, Known


class AdxParams(Params):
    """Parameters of the average directional index."""

    length: int = Field(14, ge=1, le=200, title="DI length", description="Bars of the moves' averages")
    smoothing: int = Field(14, ge=1, le=200, title="ADX smoothing", description="Bars of the index's average")
    timeframe: Timeframe = "chart"


def adx(bars: pd.DataFrame, params: AdxParams) -> pd.DataFrame:
    """Compute the index and both directional lines, 0 to 100."""
    known = Known(bars["high"], bars["low"], bars["close"])
    high, low, close = known.columns
    rise, fall = np.diff(high, prepend=np.nan), -np.diff(low, prepend=np.nan)
    averaged = wilder(talib.TRANGE(high, low, close), params.length)
    plus = _percent(wilder(_larger(rise, fall), params.length), averaged)
    minus = _percent(wilder(_larger(fall, rise), params.length), averaged)
    index = wilder(_percent(np.abs(plus - minus), plus + minus), params.smoothing)
    return known.answer(_warmup(params), adx=index, plus=plus, minus=minus)


def _larger(move: Array, other: Array) -> Array:
    """Give `move` where it is positive and larger than `other`, else zero; NaN at the first bar."""
    larger = np.where((move > other) & (move > 0), move, 0.0)
    larger[:1] = np.nan
    return larger


def _percent(part: Array, whole: Array) -> Array:
    """Give `part` in percent of `whole`, zero where that is zero: nothing moved."""
    share = np.where(np.isnan(whole), np.nan, 0.0)
    np.divide(part, whole, out=share, where=whole > 0)
    return share * 100


def _warmup(params: AdxParams) -> int:
    return params.length + params.smoothing - 1


INDICATOR = Indicator(
    id="adx",
    name="Average directional index",
    params=AdxParams,
    outputs=(
        Output("adx", "ADX", color="#8e6cef", levels=(25,)),
        Output("plus", "+DI", color="#12a37c"),
        Output("minus", "-DI", color="#e5484d"),
    ),
    compute=adx,
    warmup=_warmup,
    pane="own",
    description="The strength of the trend whichever way it points; above 25 there is one.",
    category="Trend",
    synonyms=("DMI", "directional movement index", "+DI", "-DI"),
    source="Wilder 1978, New Concepts in Technical Trading Systems, section IV",
)
