"""A vendor that serves prices the way Yahoo does, and can be told to misbehave.

It holds the truth as traded. What it answers is its whole history on the shares of the moment: every split that it
works into its prices restates all bars before the ex-date, daily and 30-minute ones alike. 30-minute bars exist for
the last 60 days, the newest bar of either interval is partial until it is final, dividends are on the shares of the
answer, and the adjusted close is the vendor's own arithmetic, written here a second time without `stockdash.adjust`.
"""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache

import numpy as np
import pandas as pd

from stockdash.bars import COLUMNS, PRICES, empty_bars
from stockdash.market import HALF_HOUR, NEW_YORK, Market
from stockdash.sources import Fetched, ReportedAction
from stockdash.symbols import Facts

MARKET = Market()
FIRST, LAST = date(2023, 12, 1), date(2025, 12, 31)
WINDOW = timedelta(days=59, hours=12)
AUCTION = 1.0001
BARS_A_DAY = 13


class Clock:
    """A clock that is set by hand and moves on by a millisecond at each look, so no two answers are of one time."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        self.now += timedelta(milliseconds=1)
        return self.now


@dataclass(frozen=True)
class Traded:
    """Everything as traded: 30-minute bars, and for each the number of its session in `days`."""

    bars: pd.DataFrame
    sessions: pd.DatetimeIndex
    session: np.ndarray
    days: tuple[date, ...]
    first_of: np.ndarray


@cache
def random_walk(seed: int = 7) -> Traded:
    """Give two years of 30-minute bars that no split or dividend touches."""
    chance = np.random.default_rng(seed)
    days = tuple(day.date() for day in MARKET.sessions(FIRST, LAST))
    grids = [MARKET.grid(day) for day in days]
    index = grids[0].append(grids[1:])
    steps = 1 + chance.normal(0, 0.004, (2, len(index)))
    close = 100 * np.cumprod(steps[0] * steps[1])
    open_ = close / steps[1]
    high, low = np.maximum(open_, close) * 1.001, np.minimum(open_, close) * 0.999
    columns = {"open": open_, "high": high, "low": low, "close": close}
    columns["volume"] = chance.integers(10_000, 9_999_999, len(index))
    session = np.repeat(np.arange(len(days)), [len(grid) for grid in grids])
    sessions = MARKET.sessions(FIRST, LAST)
    return Traded(
        pd.DataFrame(columns, index=index), sessions, session, days, np.searchsorted(session, np.arange(len(days)))
    )


@dataclass
class Vendor:
    """What the vendor knows: splits that are in its prices, what it lists, bars that it restated."""

    clock: Clock
    traded: Traded = field(default_factory=random_walk)
    splits_in_prices: dict[date, float] = field(default_factory=dict)
    listed_splits: dict[date, float] = field(default_factory=dict)
    dividends: dict[date, float] = field(default_factory=dict)
    restated: dict[tuple[str, pd.Timestamp], np.ndarray] = field(default_factory=dict)
    faults: list[Exception | Callable[[], None] | None] = field(default_factory=list)
    asked: list[tuple[str, datetime | None]] = field(default_factory=list)
    restatements: int = 0
    remembered: dict[tuple[str, pd.Timestamp, int], pd.DataFrame] = field(default_factory=dict)
    name: str = "Vendor"

    # --- the Source contract

    def fetch(self, symbol, interval, *, start, end=None):  # noqa: ARG002 - it sells one symbol
        self.asked.append((interval, start))
        fault = self.faults.pop(0) if self.faults else None
        if isinstance(fault, Exception):
            raise fault
        if fault is not None:
            fault()
        bars = self.download(interval)
        lower = start or (bars.index[0] if len(bars) else self.clock.now)
        inside = (bars.index >= lower) & (bars.index < (end or self.clock.now + HALF_HOUR))
        adj_close = self.adj_close(bars)[inside] if interval == "1d" else None
        return Fetched(bars[inside], self.actions(lower, end), self.clock(), adj_close)

    def facts(self, symbol):
        return Facts(name=f"{symbol} Inc.", currency="USD")

    def status(self):
        return ""

    # --- what a fresh full download holds at this moment

    def download(self, interval, *, whole=False):
        """Give everything the vendor has now; `whole` also the 30-minute bars that it no longer serves."""
        now = self.clock.now
        bars = self._on_shares_of_the_moment(self._as_traded(interval, pd.Timestamp(now).floor("min")))
        old = interval == "30m" and not whole
        return bars[bars.index >= now - WINDOW] if old else bars

    def adj_close(self, daily):
        factors = np.ones(len(daily))
        for ex_date, amount in self.dividends.items():
            before = daily.index.searchsorted(pd.Timestamp(ex_date, tz="UTC"))
            if before and ex_date <= self.today:
                factors[:before] *= 1 - amount / self._splits_after(ex_date) / daily["close"].iloc[before - 1]
        return daily["close"] * factors

    def actions(self, start=None, end=None):
        splits = [ReportedAction(day, "split", ratio) for day, ratio in self.listed_splits.items()]
        paid = [
            ReportedAction(day, "dividend", amount / self._splits_after(day)) for day, amount in self.dividends.items()
        ]
        first = start.astimezone(NEW_YORK).date() if start and start.hour else (start.date() if start else FIRST)
        until = end.date() if end else self.today + timedelta(days=1)
        return tuple(
            action for action in splits + paid if first <= action.ex_date < min(until, self.today + timedelta(days=1))
        )

    @property
    def today(self):
        return self.clock.now.astimezone(NEW_YORK).date()

    def sessions_until_now(self):
        return self.traded.days[: bisect_right(self.traded.days, self.today)]

    def restate(self, interval, ts, changes):
        """Multiply the five columns of one bar."""
        self.restatements += 1
        self.restated[interval, ts] = self.restated.get((interval, ts), np.ones(5)) * changes

    # --- from the truth to an answer

    def _as_traded(self, interval, minute):
        key = (interval, minute, self.restatements)
        if key not in self.remembered:
            self.remembered.clear()
            intraday = self._restate("30m", self._intraday(minute))
            self.remembered["30m", *key[1:]] = intraday
            self.remembered["1d", *key[1:]] = self._restate("1d", self._daily(intraday, minute))
        return self.remembered[key]

    def _intraday(self, minute):
        count = self.traded.bars.index.searchsorted(minute, side="right")
        bars = self.traded.bars.iloc[:count].copy()
        newest = bars.iloc[-2 * BARS_A_DAY :]
        pending = np.count_nonzero(~MARKET.final("30m", newest.index, minute))
        if pending:
            at = bars.columns.get_loc("volume")
            bars.iloc[-pending:, at] = (bars.iloc[-pending:, at] * 0.9).astype("int64")
        if count and bars.index[-1] + HALF_HOUR > minute:
            part = (minute - bars.index[-1]) / HALF_HOUR
            bars.iloc[-1] = _partial(bars.iloc[-1], part)
        return bars.astype({"volume": "int64"})

    def _daily(self, intraday, minute):
        count = int(self.traded.session[len(intraday) - 1]) + 1 if len(intraday) else 0
        first = self.traded.first_of[:count]
        index = self.traded.sessions[:count]
        last = np.append(first[1:], len(intraday)) - 1
        bars = pd.DataFrame(
            {
                "open": intraday["open"].to_numpy()[first],
                "high": np.maximum.reduceat(intraday["high"].to_numpy(), first),
                "low": np.minimum.reduceat(intraday["low"].to_numpy(), first),
                "close": intraday["close"].to_numpy()[last],
                "volume": np.add.reduceat(intraday["volume"].to_numpy(), first),
            },
            index=index,
        )
        final = count - np.count_nonzero(~MARKET.final("1d", index[-3:], minute))
        close = bars["close"].to_numpy(copy=True)
        close[:final] = np.minimum(close * AUCTION, bars["high"])[:final]
        bars["close"] = close
        return bars

    def _restate(self, interval, bars):
        bars = bars.copy()
        for (kind, ts), changes in self.restated.items():
            if kind == interval and ts in bars.index:
                at = bars.index.get_loc(ts)
                values = bars.iloc[at].to_numpy(float) * changes
                values[1], values[2] = values[:4].max(), values[:4].min()
                bars.iloc[at, :4] = values[:4]
                bars.iloc[at, 4] = round(values[4])
        return bars

    def _on_shares_of_the_moment(self, bars):
        scale = np.ones(len(bars))
        for ex_date, ratio in self.splits_in_prices.items():
            # Midnight UTC lies between the sessions of two New York days, so it parts the bars of both intervals.
            scale[: bars.index.searchsorted(pd.Timestamp(ex_date, tz="UTC"))] *= ratio
        columns = {name: bars[name] / scale for name in PRICES}
        columns["volume"] = np.rint(bars["volume"] * scale).astype("int64")
        return pd.DataFrame(columns, index=bars.index)[list(COLUMNS)]

    def _splits_after(self, day):
        return float(np.prod([ratio for ex_date, ratio in self.splits_in_prices.items() if ex_date > day]))


@dataclass
class FileVendor(Vendor):
    """The same vendor over bars as traded that come from files; it knows each split and dividend on its ex-date."""

    daily: pd.DataFrame = field(default_factory=empty_bars)
    intraday: pd.DataFrame = field(default_factory=empty_bars)
    all_splits: dict[date, float] = field(default_factory=dict)
    all_dividends: dict[date, float] = field(default_factory=dict)

    def download(self, interval, *, whole=False):
        self.splits_in_prices = {day: ratio for day, ratio in self.all_splits.items() if day <= self.today}
        self.listed_splits = self.splits_in_prices
        self.dividends = {day: amount for day, amount in self.all_dividends.items() if day <= self.today}
        return super().download(interval, whole=whole)

    def _intraday(self, minute):
        return self.intraday[self.intraday.index <= minute]

    def _daily(self, intraday, minute):  # noqa: ARG002 - it has daily bars of its own
        return self.daily[self.daily.index <= minute]


def read_file(path, *, traded=1.0):
    """Give the bars of a file of real bars, prices times `traded` and volumes divided by it."""
    table = pd.read_csv(path)
    times = pd.to_datetime(table.iloc[:, 0], utc=True)
    bars = table[list(COLUMNS)].set_axis(pd.DatetimeIndex(times, name="ts").as_unit("us"), axis=0)
    prices = {name: bars[name] * traded for name in PRICES}
    return bars.assign(**prices, volume=np.rint(bars["volume"] / traded).astype("int64"))


def _partial(bar, part):
    close = bar["open"] + (bar["close"] - bar["open"]) * part
    high, low = max(bar["open"], close), min(bar["open"], close)
    return pd.Series(
        {"open": bar["open"], "high": high, "low": low, "close": close, "volume": int(bar["volume"] * part)}
    )
