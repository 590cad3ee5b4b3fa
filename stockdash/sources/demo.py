"""Made-up bars for any symbol, to explore the app without a network.

A bar depends on the symbol and its own time alone, so that it is the same in every process and, once final, for
ever. Prices walk at random with drift, calm and stormy spells, gaps overnight, and busy opens and closes; daily bars
are made of 30-minute ones. Sessions are those of the New York Stock Exchange from 2006 on. Shares (what does not
start with ``^``) split once and pay a dividend every quarter; until the split is known, prices are served without it.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stockdash.bars import PRICES, Interval, check_bars
from stockdash.market import HALF_HOUR, NEW_YORK, Market
from stockdash.sources import Clock, Fetched, ReportedAction
from stockdash.symbols import Facts

FIRST_DAY = datetime(2006, 1, 3, tzinfo=UTC)
INTRADAY_REACH = timedelta(days=59)

_SECTORS = ("Technology", "Healthcare", "Energy", "Utilities", "Industrials", "Financial Services", "Real Estate")
_YEARLY_DRIFT, _YEARLY_VOLATILITY = 0.07, 0.28
_SESSIONS_A_YEAR, _SESSIONS_A_QUARTER = 252, 63
_DIVIDEND_YIELD_A_QUARTER = 0.004
_BARS = 13
# How much of a day's trading each half hour has: busy after the open and before the close.
_SHAPE = 1 + 1.2 * np.linspace(-1, 1, _BARS) ** 2

Floats = NDArray[np.float64]


class DemoSource:
    """A source of repeatable made-up bars; never unavailable."""

    name = "Demo"

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
        dice = _dice(symbol, "facts")
        if symbol.startswith("^"):
            return Facts(name=f"Made-up index {symbol}", kind="INDEX", exchange="Demo", currency="USD")
        return Facts(
            name=f"Made-up {symbol}",
            kind="EQUITY",
            exchange="Demo",
            currency="USD",
            sector=str(dice.choice(_SECTORS)),
            industry="Made up",
            shares_outstanding=int(dice.integers(50, 20_000)) * 1_000_000,
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
        return cls(symbol, now, _partial(_walk(symbol, grid, firsts), now), firsts, _split(symbol, market))

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
        quarter = int(_dice(self.symbol, "dividends").integers(5, _SESSIONS_A_QUARTER))
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
    dice = _dice(symbol, "split")
    day = market.after(FIRST_DAY.date(), int(dice.integers(1_000, 4_000)))
    return ReportedAction(day, "split", float(dice.choice([2, 3, 4, 5, 10])))


def _dice(symbol: str, what: str) -> np.random.Generator:
    return np.random.default_rng(int.from_bytes(sha256(f"{symbol} {what}".encode()).digest()[:8], "big"))


def _walk(symbol: str, grid: pd.DatetimeIndex, firsts: NDArray[np.int64]) -> pd.DataFrame:
    # Each kind of chance has dice of its own, so that a longer history begins with the shorter one.
    counts = np.diff([*firsts, len(grid)])
    position = np.arange(len(grid)) - np.repeat(firsts, counts)
    shape = _SHAPE[np.minimum(position, _BARS - 1)]
    mood = _spells(_dice(symbol, "mood").standard_normal(len(firsts)))
    sigma = np.repeat(_YEARLY_VOLATILITY / np.sqrt(_SESSIONS_A_YEAR) * np.exp(mood), counts)
    move = _dice(symbol, "moves").standard_normal(len(grid)) * sigma * np.sqrt(shape / _SHAPE.sum()) * 0.85
    gap = np.where(position == 0, _dice(symbol, "gaps").standard_normal(len(grid)) * sigma * 0.5, 0.0)
    gap[position == 0] += _YEARLY_DRIFT / _SESSIONS_A_YEAR
    ends = np.cumsum(gap + move)
    first = (
        _dice(symbol, "price").uniform(1_000, 4_000)
        if symbol.startswith("^")
        else _dice(symbol, "price").uniform(8, 80)
    )
    opens, closes = first * np.exp(ends - move), first * np.exp(ends)
    wicks = np.abs(_dice(symbol, "wicks").standard_normal((len(grid), 2))) * (sigma * 0.12)[:, None]
    size = _dice(symbol, "size").uniform(13, 16) + 0.25 * _dice(symbol, "volume").standard_normal(len(grid))
    volume = np.exp(size + np.repeat(mood, counts)) * shape / _BARS
    return pd.DataFrame(
        {
            "open": opens,
            "high": np.maximum(opens, closes) * np.exp(wicks[:, 0]),
            "low": np.minimum(opens, closes) * np.exp(-wicks[:, 1]),
            "close": closes,
            "volume": volume.round().astype("int64"),
        },
        index=grid,
    )


def _spells(chance: Floats) -> Floats:
    # First-order autoregression: quiet and stormy months.
    spell = pd.Series(chance).ewm(alpha=0.04, adjust=False).mean()
    return np.asarray(spell * 2.2, dtype="float64")


def _partial(bars: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Cut the running bar to the part that has passed."""
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


def _dividend_factors(bars: pd.DataFrame, actions: tuple[ReportedAction, ...]) -> Floats:
    closes, steps = bars["close"].to_numpy(), np.ones(len(bars))
    for action in actions:
        if action.kind == "dividend":
            last_before = int(bars.index.searchsorted(pd.Timestamp(action.ex_date, tz=UTC))) - 1
            steps[last_before] *= 1 - action.value / closes[last_before]
    return np.asarray(np.cumprod(steps[::-1])[::-1], dtype="float64")
