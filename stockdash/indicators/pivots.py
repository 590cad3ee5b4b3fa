"""Pivot points: levels drawn from the high, low and close of the period before.

Of the whole previous session, week, month, quarter or year H, L, C: pivot P = (H + L + C) / 3, and
classic: R1 = 2P - L, S1 = 2P - H, R2 = P + (H - L), S2 = P - (H - L), R3 = 2P + H - 2L, S3 = 2P - 2H + L;
Fibonacci: P +- 0.382, 0.618 and 1 times (H - L); Camarilla: C +- 1.1 / 12, 1.1 / 6 and 1.1 / 4 times (H - L)
(StockCharts ChartSchool, "Pivot Points"; Camarilla and R3 as TradingView's ``Pivot Points Standard``; TA-Lib has none).
Only finished periods count, so nothing moves later. NaN during the first period, however many bars it has: at
least one, which is the declared warm-up.
"""

from typing import Literal

import numpy as np
import pandas as pd
from pydantic import Field

from stockdash.indicators import Indicator, Output, Params
from stockdash.known import Array, Known
from stockdash.periods import Anchor, period_numbers

Method = Literal["classic", "fibonacci", "camarilla"]

_NAMES = ("p", "r1", "r2", "r3", "s1", "s2", "s3")
_STEPS = {"fibonacci": (0.382, 0.618, 1.0), "camarilla": (1.1 / 12, 1.1 / 6, 1.1 / 4)}


class PivotsParams(Params):
    """Parameters of the pivot points."""

    anchor: Anchor = Field("month", title="Period", description="Whose high, low and close the levels come from")
    method: Method = Field("classic", title="Method", description="How the levels are spaced")


def pivots(bars: pd.DataFrame, params: PivotsParams) -> pd.DataFrame:
    """Compute the pivot and three levels on each side, in the unit of the prices."""
    known = Known(bars["high"], bars["low"], bars["close"])
    high, low, close = known.columns
    period = period_numbers(pd.DatetimeIndex(known.index), params.anchor)
    starts = np.flatnonzero(np.diff(period, prepend=period[:1] - 1))
    if not len(starts):
        return known.answer(**_levels(high, low, close, params.method))
    ends = np.append(starts[1:], len(close)) - 1
    finished = (np.maximum.reduceat(high, starts), np.minimum.reduceat(low, starts), close[ends])
    before = [np.concatenate(([np.nan], values[:-1])) for values in finished]
    bars_each = np.diff(np.append(starts, len(close)))
    levels = _levels(before[0], before[1], before[2], params.method)
    return known.answer(**{name: np.repeat(values, bars_each) for name, values in levels.items()})


def _levels(high: Array, low: Array, close: Array, method: Method) -> dict[str, Array]:
    pivot, span = (high + low + close) / 3, high - low
    above: tuple[Array, ...]
    below: tuple[Array, ...]
    if method == "classic":
        above = (2 * pivot - low, pivot + span, 2 * pivot + high - 2 * low)
        below = (2 * pivot - high, pivot - span, 2 * pivot - 2 * high + low)
    else:
        center = close if method == "camarilla" else pivot
        above = tuple(center + step * span for step in _STEPS[method])
        below = tuple(center - step * span for step in _STEPS[method])
    return dict(zip(_NAMES, (pivot, *above, *below), strict=True))


INDICATOR = Indicator(
    id="pivots",
    name="Pivot points",
    short="Pivots",
    params=PivotsParams,
    outputs=(
        Output("p", "P", color="#ff9800"),
        *(Output(f"r{at}", f"R{at}", color="#e5484d", draw="dashes") for at in (1, 2, 3)),
        *(Output(f"s{at}", f"S{at}", color="#12a37c", draw="dashes") for at in (1, 2, 3)),
    ),
    compute=pivots,
    warmup=lambda _: 1,
    description="Levels of support and resistance from the period before; they stand still until it ends.",
    category="Price",
    synonyms=("support", "resistance", "floor pivots", "Camarilla", "Fibonacci"),
    source="StockCharts ChartSchool, Pivot Points",
)
