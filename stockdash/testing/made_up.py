"""Bars for the checks: made up, always the same, checked to be bars by the tests.

A random walk in cents with ties, gaps, swings and bursts of volume, so that rules that look at such bars have
something to look at. `daily` has weekdays from a Monday on; `half_hourly` has sessions of 13 bars, each tenth of 7.
"""

from collections.abc import Callable, Mapping
from functools import cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stockdash.bars import PRICES, TS_DTYPE, empty_bars

LONGEST = 6000
_SEED = 20_240_102
_SESSION, _HALF_SESSION, _HALF_EVERY = 13, 7, 10
_WITHOUT_BODY, _KEPT = 0.08, 0.7  # shares of the bars: open where they close, not left out


def daily(count: int) -> pd.DataFrame:
    """Give the first `count` daily bars, at most `LONGEST`."""
    return _daily().iloc[:count]


def half_hourly(count: int) -> pd.DataFrame:
    """Give the first `count` bars of 30 minutes, at most `LONGEST`; half days are among them."""
    return _half_hourly().iloc[:count]


@cache
def edge_cases(count: int) -> Mapping[str, pd.DataFrame]:
    """Give bars that break careless code, by what they are; `count` long where that makes sense."""
    plain = daily(count)
    made: dict[str, Callable[[], pd.DataFrame]] = {
        "no bars": empty_bars,
        "one bar": lambda: plain.iloc[:1],
        "two bars": lambda: plain.iloc[:2],
        "seven bars": lambda: plain.iloc[:7],
        "flat bars": lambda: _at(plain, np.full(count, 100.0)),
        "rising bars": lambda: _at(plain, 50.0 + np.arange(count)),
        "falling bars": lambda: _at(plain, 50.0 + np.arange(count)[::-1]),
        "gappy bars": lambda: _gappy(daily(LONGEST), count),
        "bars with NaN": lambda: with_nan(count),
        "bars without volume": lambda: plain.assign(volume=np.int64(0)),
        "half-hourly bars with half days": lambda: half_hourly(count),
        "huge prices": lambda: _scaled(plain, 1e7, volume=100_000),
        "tiny prices": lambda: tiny(count),
    }
    return {name: make() for name, make in made.items()}


@cache
def tiny(count: int) -> pd.DataFrame:
    """Give the first `count` daily bars at about a millionth of a currency unit."""
    return _scaled(daily(count), 1e-8, volume=1)


@cache
def with_nan(count: int) -> pd.DataFrame:
    """Give daily bars of which the first two, a run of three and a single close are NaN, all in the first third."""
    frame = daily(count).copy()
    hole = count // 4
    frame.loc[frame.index[[0, 1, hole, hole + 1, hole + 2]], list(PRICES)] = np.nan
    frame.loc[frame.index[hole + 8], "close"] = np.nan
    return frame


@cache
def _daily() -> pd.DataFrame:
    index = pd.bdate_range("2001-01-01", periods=LONGEST, tz="UTC", name="ts").astype(TS_DTYPE)
    return _walk(pd.DatetimeIndex(index), np.random.default_rng(_SEED), deviation=0.018)


@cache
def _half_hourly() -> pd.DataFrame:
    sessions = pd.bdate_range("2024-01-01 14:30", periods=LONGEST // (_SESSION - 1), normalize=False)
    lengths = [
        _HALF_SESSION if number % _HALF_EVERY == _HALF_EVERY - 1 else _SESSION for number in range(len(sessions))
    ]
    starts = np.repeat(sessions.to_numpy(), lengths)
    within = np.concatenate([np.arange(length) for length in lengths]) * np.timedelta64(30, "m")
    index = pd.DatetimeIndex(pd.DatetimeIndex(starts + within, tz="UTC", name="ts").astype(TS_DTYPE))
    return _walk(index[:LONGEST], np.random.default_rng(_SEED + 1), deviation=0.006)


def _walk(index: pd.DatetimeIndex, random: np.random.Generator, *, deviation: float) -> pd.DataFrame:
    count = len(index)
    steps = deviation * random.standard_t(4, count)
    level = np.empty(count)
    last = 0.0
    for row, step in enumerate(steps):  # drawn back to its start, so that thousands of bars stay in a plausible range
        last = level[row] = 0.995 * last + step
    close = 100 * np.exp(level)
    opened = np.concatenate(([100.0], close[:-1])) * np.exp(deviation * 0.5 * random.standard_normal(count))
    opened = np.where(random.random(count) < _WITHOUT_BODY, close, opened)  # a body of nothing
    high = np.maximum(opened, close) * np.exp(deviation * 0.5 * np.abs(random.standard_normal(count)))
    low = np.minimum(opened, close) * np.exp(-deviation * 0.5 * np.abs(random.standard_normal(count)))
    prices = {name: column.round(2) for name, column in zip(PRICES, (opened, high, low, close), strict=True)}
    volume = (1e6 * np.exp(0.5 * random.standard_normal(count) + 20 * np.abs(steps))).astype(np.int64)
    return pd.DataFrame({**prices, "volume": volume}, index=index)


def _at(frame: pd.DataFrame, price: NDArray[np.floating]) -> pd.DataFrame:
    return frame.assign(**dict.fromkeys(PRICES, price), volume=np.int64(1000))


def _scaled(frame: pd.DataFrame, factor: float, *, volume: int) -> pd.DataFrame:
    prices = {name: frame[name] * factor for name in PRICES}
    return frame.assign(**prices, volume=frame["volume"] * volume)


def _gappy(frame: pd.DataFrame, count: int) -> pd.DataFrame:
    """Leave out single days and whole months, and let the price jump fourfold and back over two of the gaps."""
    random = np.random.default_rng(_SEED + 2)
    kept = random.random(len(frame)) < _KEPT
    for start in range(40, len(frame), 97):
        kept[start : start + 23] = False
    frame = frame[kept].iloc[:count]
    rows = np.arange(len(frame))
    factor = np.where((rows > count // 3) & (rows < 2 * count // 3), 4.0, 1.0)
    return frame.assign(**{name: frame[name] * factor for name in PRICES})
