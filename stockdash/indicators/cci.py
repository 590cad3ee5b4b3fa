"""Commodity channel index: how unusual the typical price is, in mean deviations.

(price - sma(price)) / (0.015 * mean absolute deviation from that average) over the last `length` bars; of hlc3, unless
another source is chosen (Lambert 1980, "Commodity Channel Index", Commodities 9:10). The first value stands at bar
`length`; TA-Lib and TradingView do the same. 0 where prices were flat, as TA-Lib; TradingView has none there.
"""

import pandas as pd
import talib
from pydantic import Field

from stockdash.fields import Source, Timeframe
from stockdash.indicators import Indicator, Output, Params, price
from stockdash.known import Known
from stockdash.ranges import highest, lowest


class CciParams(Params):
    """Parameters of the commodity channel index."""

    length: int = Field(20, ge=2, le=200, title="Length", description="Bars looked back over")
    source: Source = "hlc3"
    timeframe: Timeframe = "chart"


def cci(bars: pd.DataFrame, params: CciParams) -> pd.DataFrame:
    """Compute the index; two thirds to four fifths of the values lie between -100 and 100."""
    known = Known(price(bars, params.source))
    [prices] = known.columns
    index = talib.CCI(prices, prices, prices, params.length)
    # Rounding alone makes the mean of equal prices another price, with a deviation as small as itself.
    index[highest(prices, params.length) == lowest(prices, params.length)] = 0
    return known.answer(cci=index)


INDICATOR = Indicator(
    id="cci",
    name="Commodity channel index",
    params=CciParams,
    outputs=(Output("cci", "CCI", color="#2d8cff", levels=(-100, 100)),),
    compute=cci,
    warmup=lambda params: params.length - 1,
    pane="own",
    description="How far the price is from its average, compared with how far it usually is.",
    category="Momentum",
    synonyms=("Lambert",),
    source="Lambert 1980, Commodity Channel Index, Commodities 9:10",
)
