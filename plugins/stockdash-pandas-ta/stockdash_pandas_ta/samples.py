"""Made-up bars to try functions on: a walk, the same each time."""

import functools

import numpy as np
import pandas as pd

SAMPLE_BARS = 700
MANY_BARS = 5000  # where 700 are too few for a first value


@functools.cache
def sample(level: float = 100.0, count: int = SAMPLE_BARS) -> pd.DataFrame:
    """Give daily bars that start near `level`; the index has no zone, as pandas-ta-classic wants it."""
    rng = np.random.default_rng(3)
    close = level * np.exp(np.cumsum(rng.normal(0, 0.02, count)))
    opened = close * np.exp(rng.normal(0, 0.01, count))
    high = np.maximum(opened, close) * (1 + 0.01 * rng.random(count))
    low = np.minimum(opened, close) * (1 - 0.01 * rng.random(count))
    volume = rng.integers(100_000, 10_000_000, count).astype("float64")
    index = pd.date_range("2018-01-01", periods=count, unit="us", name="ts")
    return pd.DataFrame({"open": opened, "high": high, "low": low, "close": close, "volume": volume}, index=index)
