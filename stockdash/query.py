"""What pages ask of a store: bars as they are today, weeks and months of them, the last price, event markers.

Everything is read anew at each call and nothing is kept; whoever wants to keep an answer keys it by `Store.stamp`.
Times are UTC; a session is a New York date.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from math import prod
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stockdash.adjust import Mode, apply, current, describe, rebase, session_days, steps
from stockdash.bars import COLUMNS, TS_DTYPE, Action, ActionKind, Interval, check_bars
from stockdash.stores import PictureStore, ReadStore, steady

Period = Literal["1wk", "1mo"]

# The close before an ex-date is looked for in the daily bars, at most a long weekend and an outage earlier.
_REACH_BACK = timedelta(days=14)
_QUOTED_BARS = 4


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Checked bars of one symbol, as they are today.

    `provisional` tells of each bar whether it may still change.
    """

    bars: pd.DataFrame
    provisional: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Quote:
    """The last price, as quoted: on today's shares, not adjusted for dividends.

    `high` and `low` are those of `session`; `previous_close` is None on the first day. `fetched_at` is when the
    source gave the price, `provisional` while the session may change it.
    """

    price: float
    previous_close: float | None
    high: float
    low: float
    session: date
    fetched_at: datetime
    provisional: bool

    @property
    def change(self) -> float | None:
        """Price against the previous close, in currency units."""
        return None if self.previous_close is None else self.price - self.previous_close

    @property
    def change_percent(self) -> float | None:
        """Price against the previous close, in percent of it."""
        return None if self.previous_close is None else 100 * (self.price / self.previous_close - 1)


@dataclass(frozen=True, slots=True)
class Marker:
    """A split or dividend to show at its ex-date."""

    ex_date: date
    kind: ActionKind
    value: float
    text: str


class _Stored(NamedTuple):
    bars: pd.DataFrame
    daily: pd.DataFrame
    intraday: pd.DataFrame
    actions: tuple[Action, ...]


def read_bars(
    store: ReadStore, symbol: str, interval: Interval, *, mode: Mode = "all", start: datetime | None = None
) -> History:
    """Give the bars that start at `start` or later, adjusted; without rows when nothing is stored.

    A daily row that is missing, or still provisional and older than its 30-minute bars, is made from these and
    provisional: so the day that is going on is there as soon as its first half hour is.

    Raises
    ------
    StoreError
        The store can't be read.
    """
    stored = _look(store, symbol, interval, start=start)
    daily = rebase(stored.daily, stored.actions)
    if interval == "30m":
        today, final = rebase(stored.bars, stored.actions), stored.bars["final"].to_numpy()
    elif stored.intraday.empty:
        today, final = daily, stored.daily["final"].to_numpy()
    else:
        formed = _with_forming(stored)
        today, final = formed[list(COLUMNS)], formed["final"].to_numpy()
    return History(check_bars(apply(today, steps(stored.actions, mode, daily=daily), mode)), ~final)


def resample(daily: History, period: Period) -> History:
    """Give weeks (Monday to Sunday) or calendar months of daily bars.

    Each starts at its first session, which is the Monday or the first of the month unless that is a holiday. The
    newest one is provisional: more sessions may fall in it.
    """
    bars = daily.bars
    if bars.empty:
        return daily
    firsts = _firsts(pd.DatetimeIndex(bars.index), period)
    provisional = np.logical_or.reduceat(daily.provisional, firsts)
    provisional[-1] = True
    return History(pd.DataFrame(_joined(bars, firsts), index=bars.index[firsts], copy=False), provisional)


def quote(store: ReadStore, symbol: str) -> Quote | None:
    """Give the last price, or None when nothing is stored; raises as `read_bars`."""
    stored = _look(store, symbol, "1d", last=_QUOTED_BARS)
    today = _with_forming(stored)
    if today.empty:
        return None
    newest = today.iloc[-1]
    return Quote(
        price=float(newest["close"]),
        previous_close=float(today["close"].iloc[-2]) if len(today) > 1 else None,
        high=float(newest["high"]),
        low=float(newest["low"]),
        session=today.index[-1].date(),
        fetched_at=newest["fetched_at"].to_pydatetime(),
        provisional=not newest["final"],
    )


def markers(store: ReadStore, symbol: str, *, mode: Mode = "all") -> tuple[Marker, ...]:
    """Give the splits and dividends in force, oldest first.

    A dividend is on today's shares, in mode ``"none"`` on those of its ex-date, as the prices beside it.
    """
    in_force = current(store.actions(symbol))
    shown = [_as_paid(action, in_force) for action in in_force] if mode == "none" else in_force
    return tuple(Marker(action.ex_date, action.kind, action.value, describe(action)) for action in shown)


def _as_paid(action: Action, in_force: Sequence[Action]) -> Action:
    if action.kind == "split":
        return action
    later = (split.value for split in in_force if split.kind == "split" and split.ex_date > action.ex_date)
    return replace(action, value=action.value * prod(later))


def _look(
    store: ReadStore, symbol: str, interval: Interval, *, start: datetime | None = None, last: int | None = None
) -> _Stored:
    """Read what is stored as of one moment, in one request where the store can."""
    if isinstance(store, PictureStore):
        seen = store.picture(symbol, interval, start=start, last=last)
        return _Stored(seen.daily if interval == "1d" else seen.intraday, seen.daily, seen.intraday, seen.actions)
    if interval == "30m":
        return steady(store, symbol, lambda: _read_intraday(store, symbol, start))
    return steady(store, symbol, lambda: _read_daily(store, symbol, start, last))


def _read_daily(store: ReadStore, symbol: str, start: datetime | None, last: int | None) -> _Stored:
    daily = store.read(symbol, "1d", start=start, last=last)
    return _stored_daily(store, symbol, daily, start)


def _stored_daily(store: ReadStore, symbol: str, daily: pd.DataFrame, start: datetime | None) -> _Stored:
    final = daily.index[daily["final"].to_numpy()]
    # Sessions after the last final one; in UTC a New York day may start a few hours later, never earlier.
    after = final[-1].to_pydatetime() + timedelta(days=1) if len(final) else start
    # Most of the time there are none, which the coverage tells in a twentieth of the time of a read.
    coverage = store.coverage(symbol, "30m")
    newer = coverage is not None and (after is None or coverage.last >= after)
    intraday = store.read(symbol, "30m", start=after) if newer else daily[:0]
    return _Stored(daily, daily, intraday, store.actions(symbol))


def _read_intraday(store: ReadStore, symbol: str, start: datetime | None) -> _Stored:
    bars = store.read(symbol, "30m", start=start)
    since = bars.index[0].to_pydatetime() - _REACH_BACK if len(bars) else start
    return _Stored(bars, store.read(symbol, "1d", start=since), bars, store.actions(symbol))


def _today(observed: pd.DataFrame, actions: tuple[Action, ...]) -> pd.DataFrame:
    """Give an observed frame with its prices on today's shares."""
    bars = rebase(observed, actions)
    return bars.assign(fetched_at=observed["fetched_at"], final=observed["final"])


def _with_forming(stored: _Stored) -> pd.DataFrame:
    """Give the daily bars on today's shares, those that are made from 30-minute bars among them."""
    daily = _today(stored.daily, stored.actions)
    if stored.intraday.empty:
        return daily
    formed = _sessions_of(_today(stored.intraday, stored.actions))
    last_final = daily.index[daily["final"].to_numpy()].max() if daily["final"].any() else None
    if last_final is not None:
        formed = formed[formed.index > last_final]
    known = daily["fetched_at"].reindex(formed.index)
    formed = formed[(known.isna() | (known < formed["fetched_at"])).to_numpy()]
    if formed.empty:
        return daily
    return pd.concat([daily[~daily.index.isin(formed.index)], formed]).sort_index()


def _sessions_of(intraday: pd.DataFrame) -> pd.DataFrame:
    """Give one provisional observed row per session of 30-minute bars on today's shares."""
    days = session_days(intraday.index)
    firsts = np.flatnonzero(np.diff(days, prepend=days[0] - 1))
    index = pd.DatetimeIndex((days[firsts] * 86_400_000_000).astype("M8[us]"), tz="UTC", name="ts")
    fetched = np.maximum.reduceat(intraday["fetched_at"].array.asi8, firsts)
    columns = {
        **_joined(intraday, firsts),
        "fetched_at": pd.DatetimeIndex(fetched.astype("M8[us]"), tz="UTC").astype(TS_DTYPE).array,
        "final": np.zeros(len(firsts), dtype=bool),
    }
    return pd.DataFrame(columns, index=index)


def _joined(bars: pd.DataFrame, firsts: NDArray[np.intp]) -> dict[str, NDArray[np.generic]]:
    """Give the columns of longer bars, each from one of `firsts` to before the next."""
    lasts = np.append(firsts[1:], len(bars)) - 1
    return {
        "open": bars["open"].to_numpy()[firsts],
        "high": np.maximum.reduceat(bars["high"].to_numpy(), firsts),
        "low": np.minimum.reduceat(bars["low"].to_numpy(), firsts),
        "close": bars["close"].to_numpy()[lasts],
        "volume": np.add.reduceat(bars["volume"].to_numpy(), firsts),
    }


def _firsts(index: pd.DatetimeIndex, period: Period) -> NDArray[np.intp]:
    if period == "1mo":
        keys = index.tz_convert(None).to_numpy().astype("M8[M]").astype(np.int64)
    else:
        keys = (session_days(index) + 3) // 7  # 1970 began on a Thursday
    return np.flatnonzero(np.diff(keys, prepend=keys[0] - 1))
