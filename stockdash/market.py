"""The calendar of the New York Stock Exchange: sessions, their hours, and when a bar becomes final.

Pure: whatever depends on the time takes `now` (aware; UTC or any other zone). A session is a New York date. Bar
starts are as `stockdash.bars` says: midnight UTC of the session date for daily bars, otherwise the UTC time. The
calendar reaches from 1920 to 2100; holidays ahead follow today's rules.

Symbols of other exchanges live on the same clock: their own holidays and hours are not known here. What that means:
days that are no New York session (a Saturday of BTC-USD) end at the following midnight UTC; for what trades round
the clock (`Market.for_symbol`) every day does; and everywhere else the New York close comes after the local one, so
that no bar is called final too early.
"""

import re
import threading
import warnings
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stockdash.bars import TS_DTYPE, Interval
from stockdash.errors import InvalidInputError

NEW_YORK = ZoneInfo("America/New_York")
HALF_HOUR = timedelta(minutes=30)

# Consolidated US trades may be passed on free of charge 15 minutes after they were made (CTA and UTP plans), so a
# free service may take that long until a bar has all of its trades.
INTRADAY_DELAY = timedelta(minutes=15)
# The same, and the closing auction, whose price is the day's close, is printed in the minutes after the bell.
DAILY_DELAY = timedelta(minutes=20)

_DELAYS: dict[Interval, timedelta] = {"30m": INTRADAY_DELAY, "1d": DAILY_DELAY}
_CALENDAR_SPAN = ("1920-01-01", "2100-12-31")

# Currencies (EURUSD=X), futures (GC=F) and crypto pairs (BTC-USD) trade on after the New York close.
_ROUND_THE_CLOCK = re.compile(r"=[XF]$|-(USD|EUR|GBP|JPY|CAD|AUD|BTC)$")


@dataclass(frozen=True, slots=True)
class MarketState:
    """The market at one moment.

    `session` is the one going on, or the last one; `opened_at` and `closes_at` are its hours, `next_open` is the
    open of the one after it. Times are UTC.
    """

    is_open: bool
    session: date
    opened_at: datetime
    closes_at: datetime
    next_open: datetime


@dataclass(frozen=True, slots=True)
class _Calendar:
    sessions: pd.DatetimeIndex
    opens: pd.DatetimeIndex
    closes: pd.DatetimeIndex


@dataclass(frozen=True, slots=True)
class Market:
    """The exchange, with `closures`: days without trading that its published calendar does not have."""

    closures: frozenset[date] = frozenset()
    round_the_clock: bool = field(default=False, kw_only=True)

    def for_symbol(self, symbol: str) -> "Market":
        """Give the market that decides when bars of `symbol` are final."""
        return replace(self, round_the_clock=_ROUND_THE_CLOCK.search(symbol) is not None)

    def sessions(self, start: date, end: date) -> pd.DatetimeIndex:
        """Give the sessions from `start` to `end`, both included, as starts of daily bars."""
        index = self._calendar.sessions
        return index[index.searchsorted(_midnight(start)) : index.searchsorted(_midnight(end), side="right")]

    def is_session(self, day: date) -> bool:
        """Tell whether the exchange trades on the New York date `day`."""
        return _midnight(day) in self._calendar.sessions

    def hours(self, session: date) -> tuple[datetime, datetime]:
        """Give the open and the close in UTC.

        Raises
        ------
        InvalidInputError
            When the exchange does not trade that day.
        """
        at = self._position(session)
        return self._calendar.opens[at].to_pydatetime(), self._calendar.closes[at].to_pydatetime()

    def grid(self, session: date) -> pd.DatetimeIndex:
        """Give the starts of the session's 30-minute bars: 13, or 7 on a half day; raises as `hours`."""
        at = self._position(session)
        return _grid(self._calendar.opens[at : at + 1], self._calendar.closes[at : at + 1])

    def before(self, day: date, count: int = 1) -> date:
        """Give the session `count` sessions before `day`, which need not be one itself."""
        index = self._calendar.sessions
        return index[max(int(index.searchsorted(_midnight(day))) - count, 0)].date()

    def after(self, day: date, count: int = 1) -> date:
        """Give the session `count` sessions after `day`, which need not be one itself."""
        index = self._calendar.sessions
        return index[min(int(index.searchsorted(_midnight(day), side="right")) + count, len(index)) - 1].date()

    def current_session(self, now: datetime) -> date:
        """Give the session going on at `now`, or the last one that ended before it."""
        return self._calendar.sessions[self._opened_by(now)].date()

    def state(self, now: datetime) -> MarketState:
        """Tell whether the market is open at `now`, since when, until when, and when next."""
        at, calendar = self._opened_by(now), self._calendar
        return MarketState(
            is_open=calendar.opens[at] <= now < calendar.closes[at],
            session=calendar.sessions[at].date(),
            opened_at=calendar.opens[at].to_pydatetime(),
            closes_at=calendar.closes[at].to_pydatetime(),
            next_open=calendar.opens[min(at + 1, len(calendar.opens) - 1)].to_pydatetime(),
        )

    def session_of(self, ts: datetime, interval: Interval) -> date:
        """Give the session date of the bar that starts at `ts`."""
        return ts.date() if interval == "1d" else ts.astimezone(NEW_YORK).date()

    def bar_ends(self, interval: Interval, index: pd.DatetimeIndex) -> pd.DatetimeIndex:
        """Give the UTC end of each bar of `index`."""
        if interval == "30m":
            return index + HALF_HOUR
        midnights = (index + timedelta(days=1)).as_unit("us")
        if self.round_the_clock:
            return midnights
        calendar = self._calendar
        at = calendar.sessions.get_indexer(index)
        return calendar.closes.take(at).where(at >= 0, midnights)

    def final(
        self, interval: Interval, index: pd.DatetimeIndex, fetched_at: datetime | pd.Series | pd.DatetimeIndex
    ) -> NDArray[np.bool_]:
        """Tell of each bar of `index` whether it was final when it was fetched: one time, or one a bar."""
        fetched = pd.Timestamp(fetched_at) if isinstance(fetched_at, datetime) else pd.DatetimeIndex(fetched_at)
        return np.asarray(self.bar_ends(interval, index) + _DELAYS[interval] <= fetched, dtype=np.bool_)

    def bar_end(self, interval: Interval, ts: datetime) -> datetime:
        """Give the UTC end of the bar that starts at `ts`."""
        return self.bar_ends(interval, pd.DatetimeIndex([ts], dtype=TS_DTYPE))[0].to_pydatetime()

    def final_at(self, interval: Interval, ts: datetime) -> datetime:
        """Give the UTC time from which the vendor no longer changes the bar that starts at `ts`."""
        return self.bar_end(interval, ts) + _DELAYS[interval]

    def expected(self, interval: Interval, start: datetime, now: datetime) -> pd.DatetimeIndex:
        """Give the starts, from `start` on, of the bars that are final at `now`."""
        calendar = self._calendar
        first = calendar.sessions.searchsorted(_midnight(self.session_of(start, interval)))
        span = slice(first, max(self._opened_by(now) + 1, first))
        grid = calendar.sessions[span] if interval == "1d" else _grid(calendar.opens[span], calendar.closes[span])
        return grid[np.asarray(grid >= pd.Timestamp(start)) & self.final(interval, grid, now)]

    @property
    def _calendar(self) -> _Calendar:
        with _loading:
            return _load_calendar(self.closures)

    def _opened_by(self, now: datetime) -> int:
        return max(int(self._calendar.opens.searchsorted(pd.Timestamp(now), side="right")) - 1, 0)

    def _position(self, session: date) -> int:
        if not self.is_session(session):
            raise InvalidInputError(
                f"{session} is no trading day of the New York Stock Exchange. Nearest: {self.before(session)} "
                f"and {self.after(session)}."
            )
        return int(self._calendar.sessions.searchsorted(_midnight(session)))


# Loading replaces the process's warning filters for a moment, which two threads must not do at once.
_loading = threading.Lock()


@cache
def _load_calendar(closures: frozenset[date]) -> _Calendar:
    # Here, not above: importing it costs more than everything else that `stockdash --help` loads.
    from exchange_calendars import get_calendar  # noqa: PLC0415

    with warnings.catch_warnings():
        # exchange-calendars 4.13 uses what pandas 3.1 deprecates: Series.values of zoned times.
        warnings.filterwarnings("ignore", "Series.values", DeprecationWarning)
        published = get_calendar("XNYS", start=_CALENDAR_SPAN[0], end=_CALENDAR_SPAN[1])
    sessions = published.sessions.tz_localize(UTC)
    traded = ~sessions.isin([_midnight(day) for day in closures])
    times = (sessions, pd.DatetimeIndex(published.opens), pd.DatetimeIndex(published.closes))
    return _Calendar(*(_instants(index[traded]) for index in times))


def _instants(index: pd.DatetimeIndex) -> pd.DatetimeIndex:
    # Over a plain array, which leaves no `freq` behind that would make equal frames unequal.
    return pd.DatetimeIndex(index.tz_convert(None).to_numpy(), tz=UTC, name="ts").as_unit("us")


def _midnight(day: date) -> pd.Timestamp:
    return pd.Timestamp(day.year, day.month, day.day, tz=UTC)


def _grid(opens: pd.DatetimeIndex, closes: pd.DatetimeIndex) -> pd.DatetimeIndex:
    counts = ((closes - opens) // HALF_HOUR).to_numpy(dtype=np.int64)
    firsts = np.repeat(np.cumsum(counts) - counts, counts)
    offsets = (np.arange(counts.sum()) - firsts) * np.timedelta64(HALF_HOUR)
    return (opens.repeat(counts) + offsets).rename("ts")
