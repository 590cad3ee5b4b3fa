"""Aroon: how fresh the highest high and the lowest low are, 0 to 100.

up = 100 * (length - bars since the highest high) / length, over the last `length + 1` bars; down likewise of the
lowest low; of equal extremes the newest counts (Chande 1995, "A Time Price Oscillator", Stocks & Commodities 13:9).
The first values stand at bar `length + 1`; TA-Lib and TradingView do the same.
"""

import pandas as pd
import talib
from pydantic import Field

from stockdash.fields import Timeframe
from stockdash.indicators import Indicator, Output, Params
from stockdash.known import Known


class AroonParams(Params):
    """Parameters of the Aroon."""

    length: int = Field(14, ge=2, le=200, title="Length", description="Bars looked back over")
    timeframe: Timeframe = "chart"


def aroon(bars: pd.DataFrame, params: AroonParams) -> pd.DataFrame:
    """Compute both lines, 0 to 100."""
    known = Known(bars["high"], bars["low"])
    high, low = known.columns
    down, up = talib.AROON(high, low, params.length)
    return known.answer(up=up, down=down)


INDICATOR = Indicator(
    id="aroon",
    name="Aroon",
    short="Aroon",
    params=AroonParams,
    outputs=(Output("up", "Up", color="#12a37c"), Output("down", "Down", color="#e5484d")),
    compute=aroon,
    warmup=lambda params: params.length,
    pane="own",
    description="100 when the extreme is today's, 0 when it is as old as the window: who set the last record?",
    category="Trend",
    synonyms=("Chande",),
    source="Chande 1995, A Time Price Oscillator, Stocks & Commodities 13:9",
)
