"""The highest and the lowest of the last bars, shared by the indicators: arrays in, arrays out.

NaN may lead (the warm-up of what is given) but not follow: see `stockdash.known`.
"""

import numpy as np
import talib

from stockdash.known import Array


def highest(values: Array, length: int) -> Array:
    """Highest of the last `length` values, this one included."""
    return talib.MAX(values, length) if length > 1 else values.copy()


def lowest(values: Array, length: int) -> Array:
    """Lowest of the last `length` values, this one included."""
    return talib.MIN(values, length) if length > 1 else values.copy()


def middle(high: Array, low: Array, length: int) -> Array:
    """Middle between the highest high and the lowest low of the last `length` bars."""
    return (highest(high, length) + lowest(low, length)) / 2


def place_in_range(high: Array, low: Array, close: Array, length: int) -> Array:
    """Where `close` stands between the lowest low (0) and the highest high (100) of the last `length` bars.

    50 where there is no range: such a price is neither high nor low.
    """
    floor = lowest(low, length)
    span = highest(high, length) - floor
    places = np.where(np.isnan(span), np.nan, 0.5)
    np.divide(close - floor, span, out=places, where=span > 0)
    return places * 100


def shifted(values: Array, bars: int) -> Array:
    """Give each value `bars` bars later; what came before is not known."""
    moved = np.full(len(values), np.nan)
    moved[bars:] = values[: max(len(values) - bars, 0)]
    return moved
