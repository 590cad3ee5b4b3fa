"""Supertrend: a stop that trails the price at some average true ranges and changes sides when it is hit.

Bands at (high + low) / 2 +- factor * atr(length); in an uptrend the lower band counts and never falls, in a
downtrend the upper one, which never rises; a close beyond it turns the trend (Seban; as TradingView's
``ta.supertrend``; TA-Lib has none). Seeds: that of ATR; the first trend is a downtrend, as TradingView's. The first
value stands at bar `length + 1`.
"""

import numpy as np
import pandas as pd
import talib
from pydantic import Field

from stockdash.fields import Timeframe
from stockdash.indicators import Indicator, Output, Params
from stockdash.known import Array, Known


class SupertrendParams(Params):
    """Parameters of the Supertrend."""

    length: int = Field(10, ge=1, le=200, title="ATR length", description="Bars of the average true range")
    factor: float = Field(
        3.0, ge=0.1, le=20, title="Factor", description="Average true ranges from the middle of a bar"
    )
    timeframe: Timeframe = "chart"


def supertrend(bars: pd.DataFrame, params: SupertrendParams) -> pd.DataFrame:
    """Compute the stop, in the unit of the prices: in `up` below a rising price, in `down` above a falling one."""
    known = Known(bars["high"], bars["low"], bars["close"])
    high, low, close = known.columns
    middle = (high + low) / 2
    spread = params.factor * talib.ATR(high, low, close, params.length)
    stop, rises = _trailed(middle + spread, middle - spread, close, start=params.length)
    return known.answer(params.length, up=np.where(rises, stop, np.nan), down=np.where(rises, np.nan, stop))


def _trailed(upper: Array, lower: Array, close: Array, *, start: int) -> tuple[Array, Array]:
    """Give the stop of each bar from `start` on, and whether the trend is up."""
    stop, rises = np.full(len(close), np.nan), np.zeros(len(close), dtype=bool)
    ceiling, floor, before, is_up = np.inf, -np.inf, np.nan, False
    bands = zip(upper[start:].tolist(), lower[start:].tolist(), close[start:].tolist(), strict=True)
    for at, (top, bottom, now) in enumerate(bands, start):
        ceiling = top if top < ceiling or before > ceiling else ceiling
        floor = bottom if bottom > floor or before < floor else floor
        is_up = now >= floor if is_up else now > ceiling
        stop[at], rises[at] = (floor if is_up else ceiling), is_up
        before = now
    return stop, rises


INDICATOR = Indicator(
    id="supertrend",
    name="Supertrend",
    short="ST",
    params=SupertrendParams,
    outputs=(Output("up", "Up", color="#12a37c"), Output("down", "Down", color="#e5484d")),
    compute=supertrend,
    warmup=lambda params: params.length,
    description="A trailing stop: green below the price in an uptrend, red above it in a downtrend.",
    category="Trend",
    synonyms=("trailing stop", "ATR stop"),
    source="Seban; TradingView, Pine Script reference manual v6, ta.supertrend",
)
