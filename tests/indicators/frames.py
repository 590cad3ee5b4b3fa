"""Small bars frames for the tests of indicators."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from stockdash.bars import TS_DTYPE, check_bars, empty_bars


def bars_of(closes: Sequence[float]) -> pd.DataFrame:
    """Daily bars from 2024-01-01 on, open and close at `closes`, high and low one percent away."""
    if not len(closes):
        return empty_bars()
    close = np.asarray(closes, dtype="float64")
    index = pd.date_range("2024-01-01", periods=len(close), tz="UTC", name="ts").astype(TS_DTYPE)
    columns = {"open": close, "high": close * 1.01, "low": close * 0.99, "close": close}
    frame = pd.DataFrame(columns, index=index).assign(volume=np.int64(1000))
    return frame if np.isnan(close).any() else check_bars(frame)
