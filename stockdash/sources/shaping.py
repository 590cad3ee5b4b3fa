"""From a frame in yfinance's words to a bars frame and actions.

Decisions about what Yahoo sends:

- A row without all four prices, or with one that is not above zero, is dropped; a missing volume is 0.
- A row before `start` (the session before a weekend start) or from `end` on is dropped, with its actions.
- An open or close outside high and low (vendors round them separately) widens the range to hold it.
- A 30-minute row off the grid (the running bar stamped with the time of the last trade) goes into the bar that
  its time lies in. A running bar that is flat and has no volume is no trade but a stamp, and is dropped.
"""

from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd

from stockdash.bars import COLUMNS, PRICES, ActionKind, Interval, check_bars
from stockdash.sources import Fetched, ReportedAction

_NAMES = {"Open": "open", "High": "high", "Low": "low", "Close": "close", "Volume": "volume", "Adj Close": "adj_close"}
_HALF_HOUR = timedelta(minutes=30)


def shape(
    answer: pd.DataFrame,
    interval: Interval,
    *,
    start: datetime | None,
    end: datetime | None,
    fetched_at: datetime,
) -> Fetched:
    """Give the bars and actions of `answer` that lie in ``[start, end)``; see the module for what is mended."""
    starts = _session_starts(answer.index) if interval == "1d" else _bar_starts(answer.index)
    inside = np.ones(len(answer), dtype=bool)
    if start is not None:
        inside &= starts >= (pd.Timestamp(start).normalize() if interval == "1d" else pd.Timestamp(start))
    if end is not None:
        inside &= starts < pd.Timestamp(end)
    rows = answer.set_axis(starts)[inside]
    actions = _actions(rows, answer.index[inside])
    bars = _bars(rows) if interval == "1d" else _without_stamp(_bars(_on_grid(rows)), fetched_at)
    if interval == "1d" and start is not None:
        bars = bars[bars.index >= pd.Timestamp(start)]
    adj_close = bars.pop("adj_close")
    return Fetched(check_bars(bars), actions, fetched_at, adj_close if interval == "1d" else None)


def _session_starts(index: pd.Index) -> pd.DatetimeIndex:
    # The session is the local date, whatever that is in UTC.
    return _as_ts(pd.DatetimeIndex(index).tz_localize(None).normalize())


def _bar_starts(index: pd.Index) -> pd.DatetimeIndex:
    times = pd.DatetimeIndex(index)
    return _as_ts(times if times.tz is None else times.tz_convert(None))


def _as_ts(naive: pd.DatetimeIndex) -> pd.DatetimeIndex:
    # Over a plain array, which leaves no `freq` behind that would make equal frames unequal.
    return pd.DatetimeIndex(naive.as_unit("us").to_numpy(), tz=UTC, name="ts")


def _actions(rows: pd.DataFrame, local: pd.Index) -> tuple[ReportedAction, ...]:
    values: dict[ActionKind, pd.Series] = {}
    if "Stock Splits" in rows:
        values["split"] = rows["Stock Splits"]
    if "Dividends" in rows:
        values["dividend"] = _cash(rows)
    days = pd.DatetimeIndex(local).date
    return tuple(
        ReportedAction(days[at], kind, float(column.iloc[at]))
        for kind, column in values.items()
        for at in np.flatnonzero(np.isfinite(column) & (column > 0))
    )


def _cash(rows: pd.DataFrame) -> pd.Series:
    """Give what was paid a share. Of funds, Yahoo lists capital gains apart, and at times in the dividend as well."""
    dividends = rows["Dividends"]
    if "Capital Gains" not in rows:
        return dividends
    both = dividends + rows["Capital Gains"]
    quotient = rows["Adj Close"] / rows["Close"]
    taken_off = rows["Close"].shift() * (1 - quotient.shift() / quotient)
    apart = (taken_off - both).abs() < (taken_off - dividends).abs()
    return both.where(apart | (taken_off.isna() & (dividends < rows["Capital Gains"])), dividends)


def _on_grid(rows: pd.DataFrame) -> pd.DataFrame:
    grid = pd.DatetimeIndex(rows.index).floor("30min")
    if grid.equals(rows.index):
        return rows
    how = {"Open": "first", "High": "max", "Low": "min", "Close": "last", "Volume": "sum"}
    return pd.DataFrame(rows.groupby(grid).agg({name: step for name, step in how.items() if name in rows}))


def _bars(rows: pd.DataFrame) -> pd.DataFrame:
    bars: pd.DataFrame = rows.rename(columns=_NAMES).reindex(columns=[*COLUMNS, "adj_close"]).astype("float64")
    prices = bars[list(PRICES)].to_numpy()
    bars = bars[(np.isfinite(prices) & (prices > 0)).all(axis=1)].sort_index()
    bars = bars[~bars.index.duplicated(keep="last")]
    prices = bars[list(PRICES)].to_numpy()
    return bars.assign(
        high=prices.max(axis=1, initial=0),
        low=prices.min(axis=1, initial=np.inf),
        volume=bars["volume"].fillna(0).clip(lower=0).round().astype("int64"),
    )


def _without_stamp(bars: pd.DataFrame, fetched_at: datetime) -> pd.DataFrame:
    if bars.empty:
        return bars
    last = bars.iloc[-1]
    running = bars.index[-1] + _HALF_HOUR > pd.Timestamp(fetched_at)
    flat = last["high"] == last["low"] and last["volume"] == 0
    return bars.iloc[:-1] if running and flat else bars
