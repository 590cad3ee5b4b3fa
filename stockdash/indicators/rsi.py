"""Relative strength index: how one-sided recent closes were, 0 to 100.

100 - 100 / (1 + average gain / average loss), both averages Wilder's, seeded with the plain mean of the first
`length` changes (Wilder 1978, New Concepts in Technical Trading Systems, section VI). The first value stands at bar
`length + 1`; TA-Lib and TradingView do the same. As long as no price has changed it is 50, where TA-Lib has 0 and
TradingView 100.
"""

import pandas as pd
from pydantic import Field

from stockdash.averages import relative_strength
from stockdash.fields import Source, Timeframe
from stockdash.indicators import Indicator, Output, Params, price
from stockdash.known import Known


class RsiParams(Params):
    """Parameters of the relative strength index."""

    length: int = Field(14, ge=2, le=200, title="Length", description="Changes looked back over")
    source: Source = "close"
    timeframe: Timeframe = "chart"


def rsi(bars: pd.DataFrame, params: RsiParams) -> pd.DataFrame:
    """Compute the index, 0 to 100."""
    known = Known(price(bars, params.source))
    [prices] = known.columns
    return known.answer(rsi=relative_strength(prices, params.length))


INDICATOR = Indicator(
    id="rsi",
    name="Relative strength index",
    params=RsiParams,
    outputs=(Output("rsi", "RSI", color="#8e6cef", levels=(30, 70)),),
    compute=rsi,
    warmup=lambda params: params.length,
    pane="own",
    description="How much of the recent movement was upward: above 70 is called overbought, below 30 oversold.",
    category="Momentum",
    synonyms=("Wilder", "overbought", "oversold"),
    source="Wilder 1978, New Concepts in Technical Trading Systems, section VI",
)
