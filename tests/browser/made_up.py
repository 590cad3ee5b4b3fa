"""Repeatable bars for the chart's own tests: 25 years of sessions and 60 days of half hours, on one price path."""

import functools

import numpy as np
import pandas as pd

from stockdash.charts import Marker, Resolution

LAST = pd.Timestamp("2026-11-20", tz="UTC")
_RULES = {"1wk": "W-MON", "1mo": "MS"}
_COLUMNS = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}


@functools.cache
def bars(resolution: Resolution) -> pd.DataFrame:
    if resolution == "1d":
        return _daily()
    if resolution == "30m":
        return _half_hours()
    closed = {"label": "left", "closed": "left"}
    return _daily().resample(_RULES[resolution], **closed).agg(_COLUMNS).dropna().astype({"volume": "int64"})


def markers() -> list[Marker]:
    quarters = pd.date_range(LAST - pd.DateOffset(years=3), LAST, freq="63D").floor("D")
    dividends = [Marker(day, "dividend", "Dividend 0.25") for day in quarters]
    return [*dividends, Marker(LAST - pd.Timedelta(days=38), "split", "Split 4:1")]


def _daily() -> pd.DataFrame:
    index = pd.bdate_range("2001-11-20", LAST.date(), tz="UTC", unit="us", name="ts")
    chance = np.random.default_rng(7)
    close = 12 * np.exp(np.cumsum(chance.normal(0.0004, 0.016, len(index))))
    opened = np.r_[close[0], close[:-1]] * (1 + chance.normal(0, 0.004, len(index)))
    return _frame(index, opened, close, chance, spread=0.007, volume=4e7)


def _half_hours() -> pd.DataFrame:
    days = _daily().tail(42)
    chance = np.random.default_rng(8)
    starts = [
        day.tz_localize(None) + pd.Timedelta(hours=9, minutes=30 + 30 * step)
        for day in days.index
        for step in range(13)
    ]
    index = pd.DatetimeIndex(starts, name="ts").tz_localize("America/New_York").tz_convert("UTC").as_unit("us")
    path = np.linspace(days["open"], days["close"], 14)
    path[1:-1] *= 1 + chance.normal(0, 0.003, path[1:-1].shape)
    return _frame(index, path[:-1].T.ravel(), path[1:].T.ravel(), chance, spread=0.0015, volume=3e6)


def _frame(index, opened, close, chance, *, spread, volume) -> pd.DataFrame:
    def wick() -> np.ndarray:
        return np.abs(chance.normal(0, spread, len(index)))

    return pd.DataFrame(
        {
            "open": opened,
            "high": np.maximum(opened, close) * (1 + wick()),
            "low": np.minimum(opened, close) * (1 - wick()),
            "close": close,
            "volume": (volume * chance.lognormal(0, 0.4, len(index))).astype("int64"),
        },
        index=index,
    )
