"""A small source for tests of what goes on around an ingest: runs, leases, the scheduler, the command line."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pandas as pd

from stockdash.bars import check_bars
from stockdash.market import Market
from stockdash.sources import Fetched
from stockdash.symbols import Facts

MARKET = Market()


@dataclass(eq=False)
class FakeClock:
    """Stands still until it is moved."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def set(self, text: str) -> None:
        self.now = utc(text)


@dataclass
class FewBars:
    """Has the last ten sessions of every symbol, and remembers who was asked for."""

    clock: FakeClock
    failing: dict[str, Exception] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    on_fetch: Callable[[str], object] = field(default=lambda _: None)
    last_day: date = date(9999, 12, 30)
    name: str = "Few"

    def fetch(self, symbol, interval, *, start, end=None):
        if self.asked[-1:] != [symbol]:
            self.asked.append(symbol)
        self.on_fetch(symbol)
        if symbol in self.failing:
            raise self.failing[symbol]
        bars = _bars(interval, self.clock(), start, end)
        return Fetched(bars[bars.index < utc(f"{self.last_day}") + timedelta(days=1)], (), self.clock())

    def facts(self, symbol):
        return Facts(name=symbol)

    def status(self):
        return ""


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def _bars(interval, now, start, end):
    today = MARKET.current_session(now)
    index = MARKET.sessions(MARKET.before(today, 9), today)
    if interval == "30m":
        index = index[:0].append([MARKET.grid(day.date()) for day in index]).rename("ts")
        index = index[index <= now]
    index = index[slice(*index.searchsorted([pd.Timestamp(start or index[0]), pd.Timestamp(end or now)]))]
    price = 100.0 + index.day_of_year.to_numpy() % 7
    return check_bars(
        pd.DataFrame({"open": price, "high": price + 1, "low": price - 1, "close": price, "volume": 1000}, index=index)
    )
