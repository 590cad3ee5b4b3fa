"""Moving averages of a series, shared by the indicators.

A NaN inside stays NaN in the answer and is skipped by the average: the next values go on as if that bar were
not there, as in TradingView's ``ta.sma`` and ``ta.ema`` ("na values in the source series are ignored", Pine
Script reference manual, v6). The first ``length - 1`` known values give NaN.
"""

import numpy as np
import pandas as pd


def sma(values: pd.Series, length: int) -> pd.Series:
    """Simple moving average: the plain mean of the last `length` known values."""
    if not values.hasnans:
        return values.rolling(length).mean()
    return values.dropna().rolling(length).mean().reindex(values.index)


def ema(values: pd.Series, length: int) -> pd.Series:
    """Exponential moving average with alpha = 2 / (length + 1).

    Seeded with the plain mean of the first `length` values, as TA-Lib (``ta_EMA.c``, classic compatibility)
    and TradingView (``ta.ema``) do.
    """
    return _recursive(values, length, alpha=2 / (length + 1))


def _recursive(values: pd.Series, length: int, *, alpha: float) -> pd.Series:
    known = values.dropna()
    averages = np.full(len(known), np.nan)
    if len(known) >= length:
        seed = known.iloc[:length].mean()
        seeded = pd.Series(np.concatenate(([seed], known.to_numpy()[length:])))
        averages[length - 1 :] = seeded.ewm(alpha=alpha, adjust=False).mean()
    return pd.Series(averages, index=known.index).reindex(values.index)
