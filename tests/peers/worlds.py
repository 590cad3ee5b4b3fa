"""What a loopback vendor knows: listings as traded, restated the way Yahoo restates them.

A `Listing` keeps prices as they were traded. What the vendor serves at a moment is derived from it: prices divided
by the splits known by then, dividends on that share basis, and an adjusted close.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from stockdash.market import Market

NEW_YORK = ZoneInfo("America/New_York")
HALF_HOUR, QUARTER = pd.Timedelta(minutes=30), pd.Timedelta(minutes=15)


@dataclass(frozen=True)
class Event:
    """A split (value = new shares for one old) or dividend (value = cash a share of that day).

    The vendor lists it from midnight New York of the ex-date, or from `known_from` when that is given.
    """

    ex_date: date
    kind: Literal["split", "dividend"]
    value: float
    known_from: datetime | None = None

    def known(self, now: datetime) -> bool:
        return now >= (self.known_from or datetime.combine(self.ex_date, time(0), NEW_YORK))


@dataclass(frozen=True)
class Listing:
    """One symbol: bars frames as traded (daily, and 30-minute ones where there are any), events and facts."""

    daily: pd.DataFrame
    half_hours: pd.DataFrame
    events: tuple[Event, ...] = ()
    name: str = ""
    kind: str = "EQUITY"
    exchange: str = "NMS"
    exchange_name: str = "NasdaqGS"
    sector: str = ""
    industry: str = ""
    shares: int | None = None
    time_zone: str = "America/New_York"
    currency: str = "USD"
    opens_at: time = time(9, 30)
    closes_at: time = time(16)

    @cached_property
    def sessions(self) -> pd.DataFrame:
        """Opening and closing stamps of the sessions that have 30-minute bars, by local date."""
        starts = self.half_hours.index
        days = starts.tz_convert(self.time_zone).tz_localize(None).normalize()
        firsts, lasts = np.flatnonzero(~days.duplicated()), np.flatnonzero(~days.duplicated(keep="last"))
        return pd.DataFrame({"start": starts[firsts], "end": starts[lasts] + HALF_HOUR}, index=days[firsts])

    def at(self, now: datetime) -> "Served":
        """Give what the vendor serves at `now`."""
        return Served(self, now, tuple(event for event in self.events if event.known(now)))

    def with_events(self, *events: Event) -> "Listing":
        return replace(self, events=(*self.events, *events))


@dataclass(frozen=True)
class Served:
    """A listing as the vendor tells it at one moment."""

    listing: Listing
    now: datetime
    events: tuple[Event, ...]

    def daily(self) -> pd.DataFrame:
        """Split-adjusted daily rows (floats) with `adj_close`, indexed by stamp; today's row is partial."""
        opened = self._stamps(self.listing.daily.index, self.listing.opens_at)
        count = int(opened.searchsorted(pd.Timestamp(self.now), side="right"))
        if count and self._close_of(self.listing.daily.index[count - 1].date()) > self.now:
            count -= 1
        bars = self.listing.daily.iloc[:count]
        rows = self._split_adjusted(bars, bars.index)
        rows["adj_close"] = rows["close"] * self._dividend_factors(rows)
        return pd.concat([rows.set_axis(opened[:count]), self._today()])

    def quarters(self) -> pd.DataFrame:
        """Split-adjusted 15-minute rows, indexed by stamp; two of them make one half hour exactly.

        The last one is partial and stamped `now`; at the very start of a bar it is flat and without volume.
        """
        bars = self.listing.half_hours
        bars = bars[(bars.index < pd.Timestamp(self.now)) & (bars.index > pd.Timestamp(self.now) - timedelta(days=400))]
        rows = _quarters(self._split_adjusted(bars, bars.index.tz_convert(self.listing.time_zone)))
        rows = rows[rows.index < pd.Timestamp(self.now)]
        return _with_running_row(rows, pd.Timestamp(self.now), self._in_session())

    def known_events(self) -> tuple[Event, ...]:
        """The events on today's share basis, as listed."""
        return tuple(
            event if event.kind == "split" else replace(event, value=event.value / self._ratio_after(event.ex_date))
            for event in self.events
        )

    def _ratio_after(self, day: date) -> float:
        return float(np.prod([event.value for event in self.events if event.kind == "split" and event.ex_date > day]))

    def _split_adjusted(self, bars: pd.DataFrame, local: pd.DatetimeIndex) -> pd.DataFrame:
        ratio = np.ones(len(bars))
        days = local.tz_localize(None)
        for event in self.events:
            if event.kind == "split":
                ratio[days < pd.Timestamp(event.ex_date)] *= event.value
        rows = bars.astype("float64").mul(1 / ratio, axis=0)
        return rows.assign(volume=np.round(bars["volume"] * ratio))

    def _dividend_factors(self, rows: pd.DataFrame) -> np.ndarray:
        factors, days = np.ones(len(rows)), rows.index.tz_localize(None)
        for event in self.known_events():
            before = days < pd.Timestamp(event.ex_date)
            if event.kind == "dividend" and before.any():
                factors[before] *= 1 - event.value / rows["close"].to_numpy()[before][-1]
        return factors

    def _stamps(self, days: pd.DatetimeIndex, at: time) -> pd.DatetimeIndex:
        local = days.tz_localize(None) + pd.Timedelta(hours=at.hour, minutes=at.minute)
        return local.tz_localize(self.listing.time_zone).tz_convert("UTC")

    def _close_of(self, day: date) -> datetime:
        sessions = self.listing.sessions
        if pd.Timestamp(day) in sessions.index:
            return sessions.loc[pd.Timestamp(day), "end"]
        return datetime.combine(day, self.listing.closes_at, ZoneInfo(self.listing.time_zone))

    def _in_session(self) -> bool:
        sessions = self.listing.sessions
        return bool(((sessions["start"] <= self.now) & (sessions["end"] > self.now)).any())

    def _today(self) -> pd.DataFrame:
        if not self._in_session() or (quarters := self.quarters()).empty:
            return pd.DataFrame()
        local = quarters.index.tz_convert(self.listing.time_zone)
        today = quarters[local.date == local[-1].date()]
        row = {
            "open": today["open"].iloc[0],
            "high": today["high"].max(),
            "low": today["low"].min(),
            "close": today["close"].iloc[-1],
            "volume": today["volume"].sum(),
        }
        return pd.DataFrame([row | {"adj_close": row["close"]}], index=[pd.Timestamp(self.now)])


def _quarters(bars: pd.DataFrame) -> pd.DataFrame:
    middle = (bars["open"] + bars["close"]) / 2
    first = bars.assign(close=middle, volume=bars["volume"] // 2)
    second = bars.assign(
        open=middle,
        high=np.maximum(middle, bars["close"]),
        low=np.minimum(middle, bars["close"]),
        volume=bars["volume"] - first["volume"],
    )
    return pd.concat([first, second.set_axis(second.index + QUARTER)]).sort_index()


def _with_running_row(rows: pd.DataFrame, now: pd.Timestamp, in_session: bool) -> pd.DataFrame:  # noqa: FBT001
    if not in_session:
        return rows
    if rows.empty:
        return rows
    if now >= rows.index[-1] + QUARTER:
        return pd.concat([rows, _flat(rows["close"].iloc[-1], now)])
    elapsed = (now - rows.index[-1]) / QUARTER
    last = rows.iloc[-1]
    close = last["open"] + (last["close"] - last["open"]) * elapsed
    running = {
        "open": last["open"],
        "high": max(last["open"], close),
        "low": min(last["open"], close),
        "close": close,
        "volume": last["volume"] * elapsed // 1,
    }
    return pd.concat([rows.iloc[:-1], pd.DataFrame([running], index=[now])])


def _flat(close: float, now: pd.Timestamp) -> pd.DataFrame:
    row = {**dict.fromkeys(("open", "high", "low", "close"), close), "volume": 0.0}
    return pd.DataFrame([row], index=[now])


def made_up(days: Iterable[date], *, half_hours_of: Iterable[date] = (), price: float = 100.0) -> Listing:
    """Make a small listing: each close is one above the last, with 30-minute bars that agree on the days named."""
    dates = list(days)
    index = pd.DatetimeIndex(dates, name="ts").tz_localize("UTC").as_unit("us")
    daily = _bars(price + np.arange(len(dates)) - 0.5, price + np.arange(len(dates)), volume=1_300_000).set_axis(index)
    closes = dict(zip(dates, daily["close"], strict=True))
    pieces = [_half_hours(Market().grid(day), closes[day]) for day in half_hours_of]
    return Listing(daily, pd.concat(pieces) if pieces else daily.iloc[:0], name="Made up Inc.")


def _half_hours(grid: pd.DatetimeIndex, close: float) -> pd.DataFrame:
    edges = np.linspace(close - 0.5, close, len(grid) + 1)
    return _bars(edges[:-1], edges[1:], volume=1_300_000 // len(grid)).set_axis(grid)


def _bars(opens: np.ndarray, closes: np.ndarray, *, volume: int) -> pd.DataFrame:
    prices = {"open": opens, "high": closes + 0.5, "low": opens - 0.5, "close": closes}
    return pd.DataFrame(prices | {"volume": volume})
