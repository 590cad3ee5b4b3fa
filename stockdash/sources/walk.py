"""Random walks that begin alike however far they reach: the trades behind the demo source."""

from datetime import datetime
from hashlib import sha256

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stockdash.market import HALF_HOUR

SESSIONS_A_YEAR = 252

_YEARLY_DRIFT, _YEARLY_VOLATILITY = 0.07, 0.28
_BARS = 13
# How much of a day's trading each half hour has: busy after the open and before the close.
_SHAPE = 1 + 1.2 * np.linspace(-1, 1, _BARS) ** 2

Floats = NDArray[np.float64]


def dice(symbol: str, what: str) -> np.random.Generator:
    """Give the symbol's own chance, one for each thing it is used for."""
    return np.random.default_rng(int.from_bytes(sha256(f"{symbol} {what}".encode()).digest()[:8], "big"))


def walk(symbol: str, grid: pd.DatetimeIndex, firsts: NDArray[np.int64]) -> pd.DataFrame:
    """Give a bars frame on `grid`, the starts of 30-minute bars; `firsts` are the positions that open a session."""
    counts = np.diff([*firsts, len(grid)])
    position = np.arange(len(grid)) - np.repeat(firsts, counts)
    shape = _SHAPE[np.minimum(position, _BARS - 1)]
    mood = np.repeat(_spells(dice(symbol, "mood").standard_normal(len(firsts))), counts)
    sigma = _YEARLY_VOLATILITY / np.sqrt(SESSIONS_A_YEAR) * np.exp(mood)
    opens, closes = _paths(symbol, sigma, shape, opening=position == 0)
    wicks = np.abs(dice(symbol, "wicks").standard_normal((len(grid), 2))) * (sigma * 0.12)[:, None]
    size = dice(symbol, "size").uniform(13, 16) + 0.25 * dice(symbol, "volume").standard_normal(len(grid))
    return pd.DataFrame(
        {
            "open": opens,
            "high": np.maximum(opens, closes) * np.exp(wicks[:, 0]),
            "low": np.minimum(opens, closes) * np.exp(-wicks[:, 1]),
            "close": closes,
            "volume": (np.exp(size + mood) * shape / _BARS).round().astype("int64"),
        },
        index=grid,
    )


def cut(bars: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Give `bars` with the last one cut to the part that has passed by `now`."""
    if bars.empty or (elapsed := (pd.Timestamp(now) - bars.index[-1]) / HALF_HOUR) >= 1:
        return bars
    last = bars.iloc[-1]
    close = last["open"] + (last["close"] - last["open"]) * elapsed
    bottom, top = sorted((last["open"], last["close"]))
    running = {
        "open": last["open"],
        "high": max(last["open"], close) + (last["high"] - top) * elapsed,
        "low": min(last["open"], close) - (bottom - last["low"]) * elapsed,
        "close": close,
        "volume": int(last["volume"] * elapsed),
    }
    return pd.concat([bars.iloc[:-1], pd.DataFrame([running], index=bars.index[-1:])])


def _paths(symbol: str, sigma: Floats, shape: Floats, *, opening: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    # Each kind of chance has dice of its own, so that a longer history begins with the shorter one.
    move = dice(symbol, "moves").standard_normal(len(sigma)) * sigma * np.sqrt(shape / _SHAPE.sum()) * 0.85
    gap = dice(symbol, "gaps").standard_normal(len(sigma)) * sigma * 0.5 + _YEARLY_DRIFT / SESSIONS_A_YEAR
    ends = np.cumsum(np.where(opening, gap, 0.0) + move)
    first = dice(symbol, "price").uniform(8, 80) * (50 if symbol.startswith("^") else 1)
    return first * np.exp(ends - move), first * np.exp(ends)


def _spells(chance: Floats) -> Floats:
    # First-order autoregression: quiet and stormy months.
    spell = pd.Series(chance).ewm(alpha=0.04, adjust=False).mean()
    return np.asarray(spell * 2.2, dtype="float64")
