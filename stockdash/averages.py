"""Averages over the last bars, shared by the indicators: arrays in, arrays out.

NaN may lead (the warm-up of another average) but not follow: see `stockdash.known`. An average of `length` values
starts with `length - 1` NaN more than it is given.
"""

import numpy as np
import pandas as pd
import talib

from stockdash.known import Array

# TA-Lib takes what is below 1e-14 for zero (TA_EPSILON, ta_utility.h): far below prices, not below their squares.
_SMALL_PRICE = 1e-3
_MOST_DOUBLINGS = 100
_BLOCK = 16_384


def sma(values: Array, length: int) -> Array:
    """Simple moving average: the plain mean of the last `length` values."""
    return talib.SMA(values, length)


def ema(values: Array, length: int) -> Array:
    """Exponential moving average with alpha = 2 / (length + 1).

    Seeded with the plain mean of the first `length` values, as TA-Lib does (``ta_EMA.c``, classic compatibility).
    """
    return talib.EMA(values, length)


def wma(values: Array, length: int) -> Array:
    """Weighted moving average: the newest value counts `length` times, the oldest once."""
    return talib.WMA(values, length)


def wilder(values: Array, length: int) -> Array:
    """Wilder's average: alpha = 1 / length, seeded with the plain mean of the first `length` values."""
    first = int(np.isnan(values).argmin()) if len(values) else 0
    known = values[first:]
    averages = np.full(len(values), np.nan)
    if len(known) >= length:
        seeded = pd.Series(np.concatenate(([known[:length].mean()], known[length:])))
        averages[first + length - 1 :] = seeded.ewm(alpha=1 / length, adjust=False).mean()
    return averages


def bands(values: Array, length: int, width: float) -> tuple[Array, Array, Array]:
    """Simple moving average in the middle, `width` population standard deviations of the same values on both sides.

    Gives upper, middle and lower; `length` is at least two and no NaN may lead. TA-Lib takes the difference of two
    running sums of squares, which loses the digits of a calm and high price. So each block is measured from its own
    first value.
    """
    upper, middle, lower = lines = tuple(np.empty(len(values)) for _ in range(3))
    for start in range(0, len(values), _BLOCK):
        window = values[max(0, start - length + 1) : start + _BLOCK]
        moves, unit = _magnified(window - window[0], window[0])
        for line, found in zip(lines, talib.BBANDS(moves, length, width, width), strict=True):
            block = line[start : start + _BLOCK]
            np.add(_reduced(found[len(window) - len(block) :], unit), window[0], out=block)
    return upper, middle, lower


def relative_strength(values: Array, length: int) -> Array:
    """Share of gains in all changes, 0 to 100, both as Wilder's averages; `length` at least two.

    50 until the first change, when nothing was gained or lost.
    """
    values, _ = _magnified(values, values[0] if len(values) else 0)
    strength = talib.RSI(values, length)
    if len(strength) > length and strength[length:].min() == 0:
        _mend_zeros(strength, np.diff(values, prepend=values[:1]))
    return strength


def _mend_zeros(strength: Array, changes: Array) -> None:
    """Undo that TA-Lib answers 0 when gains and losses have both faded below its epsilon: calm keeps their ratio."""
    zero = strength == 0
    rose = np.logical_or.accumulate(changes > 0)
    moved = np.logical_or.accumulate(changes != 0)
    strength[zero & ~moved] = 50
    faded = zero & rose
    newest = np.maximum.accumulate(np.where(faded, 0, np.arange(len(strength))))
    strength[faded] = strength[newest[faded]]


def _magnified(values: Array, size: float) -> tuple[Array, float]:
    """Give `values` times a power of two that makes a small `size` about one, and that power.

    Powers have an end: what is smaller than any price is the remainder of another indicator's sums.
    """
    if not 0 < abs(size) < _SMALL_PRICE:
        return values, 1.0
    unit = 2.0 ** min(-int(np.frexp(size)[1]), _MOST_DOUBLINGS)
    return values * unit, unit


def _reduced(values: Array, unit: float) -> Array:
    return values if unit == 1 else values / unit
