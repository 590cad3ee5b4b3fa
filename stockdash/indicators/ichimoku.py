"""Ichimoku Kinko Hyo: middles of the last highs and lows, and a cloud of older ones moved to today.

conversion = middle(9), base = middle(26), middle(n) = (highest high + lowest low of n bars) / 2; span A =
(conversion + base) / 2 and span B = middle(52), both moved 25 bars to the right: `displacement` counts the bar
itself, as TradingView does (Hosoda 1969; Elliott 2007, Ichimoku Charts, chapter 2; TA-Lib has none).

What stands at a bar comes from that bar and earlier ones. The spans are the clouds of 25 bars ago; the cloud
ahead of the last bar has no bar to stand at. The lagging span (chikou) as usually drawn puts today's close 25 bars
back, so its last 25 values would not have been known then. Here the comparison that it is for is turned round:
`lagging` is the close of 25 bars ago at today's bar. The close above it is the chikou above its price.
All lines begin together, where span B does.
"""

import pandas as pd
from pydantic import Field

from stockdash.fields import Timeframe
from stockdash.indicators import Indicator, Output, Params
from stockdash.known import Known
from stockdash.ranges import middle, shifted


class IchimokuParams(Params):
    """Parameters of Ichimoku Kinko Hyo."""

    conversion: int = Field(9, ge=1, le=200, title="Conversion length", description="Bars of the fast middle (tenkan)")
    base: int = Field(26, ge=1, le=200, title="Base length", description="Bars of the slow middle (kijun)")
    span_b: int = Field(52, ge=1, le=200, title="Span B length", description="Bars of the slowest middle (senkou B)")
    displacement: int = Field(26, ge=1, le=200, title="Displacement", description="Bars moved, counting the bar itself")
    timeframe: Timeframe = "chart"


def ichimoku(bars: pd.DataFrame, params: IchimokuParams) -> pd.DataFrame:
    """Compute the five lines, in the unit of the prices."""
    known = Known(bars["high"], bars["low"], bars["close"])
    high, low, close = known.columns
    conversion, base = middle(high, low, params.conversion), middle(high, low, params.base)
    moved = params.displacement - 1
    return known.answer(
        _warmup(params),
        conversion=conversion,
        base=base,
        span_a=shifted((conversion + base) / 2, moved),
        span_b=shifted(middle(high, low, params.span_b), moved),
        lagging=shifted(close, moved),
    )


def _warmup(params: IchimokuParams) -> int:
    return max(params.conversion, params.base, params.span_b) + params.displacement - 2


INDICATOR = Indicator(
    id="ichimoku",
    name="Ichimoku Kinko Hyo",
    short="Ichimoku",
    params=IchimokuParams,
    outputs=(
        Output("conversion", "Conversion", color="#2d8cff"),
        Output("base", "Base", color="#c2410c"),
        Output("span_a", "Span A", color="#12a37c", fill_to="span_b"),
        Output("span_b", "Span B", color="#e5484d"),
        Output("lagging", "Close then", color="#8e6cef", draw="dashes"),
    ),
    compute=ichimoku,
    warmup=_warmup,
    description="Trend, support and momentum at a glance: two middles and the cloud of 25 bars ago.",
    category="Trend",
    synonyms=("Ichimoku cloud", "kumo", "tenkan", "kijun", "senkou", "chikou"),
    source="Hosoda 1969; Elliott 2007, Ichimoku Charts, chapter 2",
)
