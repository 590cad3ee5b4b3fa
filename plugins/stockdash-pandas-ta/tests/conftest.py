import functools
from collections.abc import Callable

import numpy as np
import pandas as pd
import pytest

MakeBars = Callable[..., pd.DataFrame]


@functools.cache
def _bars(count: int, *, flat: bool = False, traded: bool = True) -> pd.DataFrame:
    """A walk of daily bars, the same each time; flat ones stand at 50."""
    rng = np.random.default_rng(7)
    close = 100 * np.exp(np.cumsum(rng.normal(0, 0.02, count)))
    opened = close * np.exp(rng.normal(0, 0.005, count))
    high = np.maximum(opened, close) * (1 + 0.01 * rng.random(count))
    low = np.minimum(opened, close) * (1 - 0.01 * rng.random(count))
    volume = rng.integers(100_000, 10_000_000, count) * traded
    prices = pd.DataFrame({"open": opened, "high": high, "low": low, "close": close})
    if flat:
        prices.loc[:] = 50.0
    index = pd.date_range("2020-01-01", periods=count, tz="UTC", unit="us", name="ts")
    return prices.assign(volume=volume.astype("int64")).set_axis(index)


@pytest.fixture(scope="session")
def make_bars() -> MakeBars:
    return _bars
