"""Volume-weighted average price: what a share cost on average since the session, week, month ... began.

sum(price * volume) / sum(volume) from the first bar of the period to this one (Berkowitz, Logue and Noser, "The Total
Cost of Transactions on the NYSE", Journal of Finance 43:1, 1988; anchored as TradingView's ``ta.vwap``; TA-Lib has
none). NaN until the period's first trade, so all NaN where no volume is known. Daily bars are sessions themselves: for
them choose a longer period.
"""

import numpy as np
import pandas as pd
from pydantic import Field

from stockdash.fields import Source, pane_for
from stockdash.indicators import Indicator, Output, Params, price
from stockdash.known import Known
from stockdash.periods import Anchor, period_numbers


class VwapParams(Params):
    """Parameters of the volume-weighted average price."""

    anchor: Anchor = Field("session", title="Starts anew each", description="Period over which prices are averaged")
    source: Source = "hlc3"


def vwap(bars: pd.DataFrame, params: VwapParams) -> pd.DataFrame:
    """Compute the average, in the unit of the prices."""
    known = Known(price(bars, params.source), bars["volume"])
    prices, volume = known.columns
    period = period_numbers(pd.DatetimeIndex(known.index), params.anchor)
    sums = pd.DataFrame({"money": prices * volume, "volume": volume}).groupby(period).cumsum()
    average = np.full(len(prices), np.nan)
    traded = sums["volume"].to_numpy()
    np.divide(sums["money"].to_numpy(), traded, out=average, where=traded > 0)
    return known.answer(vwap=average)


INDICATOR = Indicator(
    id="vwap",
    name="Volume-weighted average price",
    params=VwapParams,
    outputs=(Output("vwap", "VWAP"),),
    compute=vwap,
    warmup=lambda _: 0,
    pane=lambda params: pane_for(params.source),
    description="What a share cost on average since the session began; buyers above it paid more than most.",
    category="Volume",
    synonyms=("anchored VWAP", "average price"),
    source="Berkowitz, Logue and Noser 1988, The Total Cost of Transactions on the NYSE",
)
