"""Made-up bars for any symbol, to explore the app without a network.

A bar depends on the symbol and its own time alone, so that it is the same in every process and, once final, for
ever. Prices walk at random with drift, calm and stormy spells, gaps overnight, and busy opens and closes; daily bars
are made of 30-minute ones. Sessions are those of the New York Stock Exchange from 2006 on. Shares (what does not
start with ``^``) split once and pay a dividend every quarter; until the split is known, prices are served without it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stockdash.bars import PRICES, Interval, check_bars
from stockdash.market import NEW_YORK, Market
from stockdash.sources import Clock, Fetched, ReportedAction
from stockdash.sources.walk import SESSIONS_A_YEAR, Floats, cut, dice, walk
from stockdash.symbols import Facts

FIRST_DAY = datetime(2006, 1, 3, tzinfo=UTC)
INTRADAY_REACH = timedelta(days=59)

_SECTORS = ("Technology", "Healthcare", "Energy", "Utilities", "Industrials", "Financial Services", "Real Estate")
_SESSIONS_A_QUARTER = SESSIONS_A_YEAR // 4
_DIVIDEND_YIELD_A_QUARTER = 0.004


class DemoSource:
    """A source of repeatable made-up bars; never unavailable."""

    name = "Demo"
    manners = None  # nobody is asked

    def __init__(self, clock: Clock, market: Market | None = None) -> None:
        """Keep `clock` (UTC), which says how far the bars reach."""
        self._clock, self._market = clock, market or Market()

    def fetch(self, symbol: str, interval: Interval, *, start: datetime | None, end: datetime | None = None) -> Fetched:
        """Give the bars in ``[start, end)`` as of now; 30-minute bars for the last 59 days."""
        now = self._clock()
        story = _Story.of(symbol, self._market, now)
        actions = story.actions()
        bars, adj_close = (story.daily(), None) if interval == "1d" else (story.half_hours(), None)
        if interval == "1d":
            adj_close = (bars["close"] * _dividend_factors(bars, actions)).rename("adj_close")
        else:
            start = max(filter(None, (start, now - INTRADAY_REACH)))
        inside = slice(*bars.index.searchsorted(pd.to_datetime([start or FIRST_DAY, end or now], utc=True)))
        days = (start or FIRST_DAY).date(), end.date() if end else date.max
        return Fetched(
            check_bars(bars.iloc[inside]),
            tuple(action for action in actions if days[0] <= action.ex_date < days[1]),
            now,
            adj_close.iloc[inside] if adj_close is not None else None,
        )

    def facts(self, symbol: str) -> Facts:
        """Make up what the symbol is."""
        chance = dice(symbol, "facts")
        if symbol.startswith("^"):
            return Facts(name=f"Made-up index {symbol}", kind="INDEX", exchange="Demo", currency="USD")
        return Facts(
            name=f"Made-up {symbol}",
            kind="EQUITY",
            exchange="Demo",
            currency="USD",
            sector=str(chance.choice(_SECTORS)),
            industry="Made up",
            shares_outstanding=int(chance.integers(50, 20_000)) * 1_000_000,
        )

    def status(self) -> str:
        """Say nothing: nothing is ever sent."""
        return ""


@dataclass(frozen=True)
class _Story:
    """What happened to one symbol up to `now`; `bars` are 30-minute bars on the share basis after all splits."""

    symbol: str
    now: datetime
    bars: pd.DataFrame
    firsts: NDArray[np.int64]  # positions of each session's first bar
    split: ReportedAction | None

    @classmethod
    def of(cls, symbol: str, market: Market, now: datetime) -> "_Story":
        grid = market.expected("30m", FIRST_DAY, now + timedelta(days=1))
        grid = grid[grid < pd.Timestamp(now)]
        dates = grid.tz_convert(NEW_YORK).tz_localize(None).normalize()
        firsts = np.flatnonzero(~dates.duplicated())
        return cls(symbol, now, cut(walk(symbol, grid, firsts), now), firsts, _split(symbol, market))

    @property
    def sessions(self) -> pd.DatetimeIndex:
        opened = pd.DatetimeIndex(self.bars.index[self.firsts])
        local = opened.tz_convert(NEW_YORK).tz_localize(None).normalize()
        return pd.DatetimeIndex(local.to_numpy(), tz=UTC, name="ts").as_unit("us")

    def half_hours(self) -> pd.DataFrame:
        return self._as_served(self.bars)

    def daily(self) -> pd.DataFrame:
        steps = {"open": "first", "high": "max", "low": "min", "close": "last", "volume": "sum"}
        day = np.repeat(np.arange(len(self.firsts)), np.diff([*self.firsts, len(self.bars)]))
        return self._as_served(self.bars.groupby(day).agg(steps).set_axis(self.sessions))

    def actions(self) -> tuple[ReportedAction, ...]:
        """Give the actions whose ex-date has come in New York, on today's share basis."""
        split, today = self.split, self.now.astimezone(NEW_YORK).date()
        if split is None:
            return ()
        quarter = int(dice(self.symbol, "dividends").integers(5, _SESSIONS_A_QUARTER))
        ex_positions = np.arange(quarter, len(self.firsts), _SESSIONS_A_QUARTER)
        closes = self.bars["close"].to_numpy()[self.firsts[ex_positions] - 1]
        listed = [split] if split.ex_date <= today else []
        for session, close in zip(self.sessions[ex_positions], closes, strict=True):
            paid_before = split.value if session.date() < split.ex_date else 1.0
            paid = round(float(close) * paid_before * _DIVIDEND_YIELD_A_QUARTER, 2)
            later = split.value if session.date() < split.ex_date <= today else 1.0
            listed.append(ReportedAction(session.date(), "dividend", paid / later))
        return tuple(listed)

    def _as_served(self, bars: pd.DataFrame) -> pd.DataFrame:
        split = self.split
        if split is None or split.ex_date <= self.now.astimezone(NEW_YORK).date():
            return bars
        prices = bars[list(PRICES)] * split.value
        return prices.assign(volume=(bars["volume"] / split.value).round().astype("int64"))


def _split(symbol: str, market: Market) -> ReportedAction | None:
    if symbol.startswith("^"):
        return None
    chance = dice(symbol, "split")
    day = market.after(FIRST_DAY.date(), int(chance.integers(1_000, 4_000)))
    return ReportedAction(day, "split", float(chance.choice([2, 3, 4, 5, 10])))


def _dividend_factors(bars: pd.DataFrame, actions: tuple[ReportedAction, ...]) -> Floats:
    closes, steps = bars["close"].to_numpy(), np.ones(len(bars))
    for action in actions:
        if action.kind == "dividend":
            last_before = int(bars.index.searchsorted(pd.Timestamp(action.ex_date, tz=UTC))) - 1
            steps[last_before] *= 1 - action.value / closes[last_before]
    return np.asarray(np.cumprod(steps[::-1])[::-1], dtype="float64")
