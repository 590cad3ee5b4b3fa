"""Keltner channels: an exponential average, and lines some average true ranges above and below it.

middle = ema(price, length); upper and lower = middle +- width * atr(atr_length) (Raschke's form of Keltner's channels,
StockCharts ChartSchool, "Keltner Channels"; TradingView's has the same defaults; TA-Lib has none). Seeds: those of EMA
and ATR. The first values stand where both averages have one.
"""

import pandas as pd
import talib
from pydantic import Field

from stockdash.averages import ema
from stockdash.fields import Source, Timeframe, pane_for
from stockdash.indicators import Indicator, Output, Params, price
from stockdash.known import Known


class KeltnerParams(Params):
    """Parameters of the Keltner channels."""

    length: int = Field(20, ge=1, le=200, title="Length", description="Bars of the middle line")
    width: float = Field(2.0, ge=0.1, le=10, title="Width", description="Average true ranges from the middle")
    atr_length: int = Field(10, ge=1, le=200, title="ATR length", description="Bars of the average true range")
    source: Source = "close"
    timeframe: Timeframe = "chart"


def keltner(bars: pd.DataFrame, params: KeltnerParams) -> pd.DataFrame:
    """Compute the three lines, in the unit of the prices."""
    known = Known(price(bars, params.source), bars["high"], bars["low"], bars["close"])
    prices, high, low, close = known.columns
    middle = ema(prices, params.length)
    spread = params.width * talib.ATR(high, low, close, params.atr_length)
    return known.answer(_warmup(params), upper=middle + spread, middle=middle, lower=middle - spread)


def _warmup(params: KeltnerParams) -> int:
    return max(params.length - 1, params.atr_length)


INDICATOR = Indicator(
    id="keltner",
    name="Keltner channels",
    short="KC",
    params=KeltnerParams,
    outputs=(
        Output("upper", "Upper", color="#00a6a6", fill_to="lower"),
        Output("middle", "Middle", color="#00a6a6", draw="dashes"),
        Output("lower", "Lower", color="#00a6a6"),
    ),
    compute=keltner,
    warmup=_warmup,
    pane=lambda params: pane_for(params.source),
    description="An average with a band as wide as bars usually are, gaps included.",
    category="Volatility",
    synonyms=("KC", "Chester Keltner", "ATR bands"),
    source="StockCharts ChartSchool, Keltner Channels (Raschke's form)",
)
