"""Small bars frames for the tests of indicators."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from stockdash.bars import TS_DTYPE, check_bars, empty_bars


def bars_of(closes: Sequence[float]) -> pd.DataFrame:
    """Daily bars from 2024-01-01 on, open and close at `closes`, high and low one percent away."""
    if not len(closes):
        return empty_bars()
    close = np.asarray(closes, dtype="float64")
    columns = {"open": close, "high": close * 1.01, "low": close * 0.99, "close": close}
    frame = pd.DataFrame(columns, index=days(len(close))).assign(volume=np.int64(1000))
    return frame if np.isnan(close).any() else check_bars(frame)


def days(count: int) -> pd.DatetimeIndex:
    """Give the index of `count` daily bars from 2024-01-01 on."""
    return pd.date_range("2024-01-01", periods=count, tz="UTC", name="ts").astype(TS_DTYPE)


def walk(count: int, *, seed: int = 7, size: float = 100.0, volatility: float = 0.02) -> pd.DataFrame:
    """Daily bars of a random walk from about `size` on, with gaps, shadows and volume."""
    random = np.random.default_rng(seed)
    moves = random.normal(0, volatility, (4, count))
    close = size * np.exp(np.cumsum(moves[0]))
    opened = close * np.exp(moves[1] / 2)
    high = np.maximum(opened, close) * np.exp(np.abs(moves[2]) / 2)
    low = np.minimum(opened, close) * np.exp(-np.abs(moves[3]) / 2)
    prices = {"open": opened, "high": high, "low": low, "close": close}
    return check_bars(pd.DataFrame({**prices, "volume": random.integers(1, 10**7, count)}, index=days(count)))


def walks(longest: int) -> st.SearchStrategy[pd.DataFrame]:
    """Random walks of up to `longest` bars, wild and calm, of high and of low prices."""
    return st.builds(
        walk,
        st.integers(0, longest),
        seed=st.integers(0, 2**32),
        size=st.sampled_from([0.05, 1.0, 100.0, 700_000.0]),
        volatility=st.sampled_from([0.0, 1e-4, 0.02, 0.3]),
    )
