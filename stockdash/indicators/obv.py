"""On-balance volume: the volume of rising bars less that of falling ones, summed up.

Adds a bar's volume when its close is higher than the one before, subtracts it when lower (Granville 1963, Granville's
New Key to Stock Market Profits). Begins at 0 with the first bar, as TradingView's ``ta.obv``; TA-Lib begins with the
first bar's volume and is that much higher throughout. Its level depends on where the history starts; its changes do
not.
"""

import pandas as pd
import talib

from stockdash.fields import Timeframe
from stockdash.indicators import Indicator, Output, Params
from stockdash.known import Known


class ObvParams(Params):
    """Parameters of the on-balance volume."""

    timeframe: Timeframe = "chart"


def obv(bars: pd.DataFrame, _: ObvParams) -> pd.DataFrame:
    """Compute the sum, in shares."""
    known = Known(bars["close"], bars["volume"])
    close, volume = known.columns
    return known.answer(obv=talib.OBV(close, volume) - volume[:1].sum())


INDICATOR = Indicator(
    id="obv",
    name="On-balance volume",
    params=ObvParams,
    outputs=(Output("obv", "OBV", color="#2d8cff"),),
    compute=obv,
    warmup=lambda _: 0,
    pane="own",
    description="Whether volume comes on rising or on falling bars; its direction counts, not its level.",
    category="Volume",
    synonyms=("balance of volume", "Granville"),
    source="Granville 1963, Granville's New Key to Stock Market Profits",
)
