"""Bars as observed and corporate actions, and how one becomes the other: the views that are made when read.

A source's prices have the splits in them that it knew when it answered. So a stored row, of session date d and
fetched at f, *contains* the version of a split in force at f (the newest with `first_seen` <= f) when d is before
the ex-date, and its price on today's shares is ``observed * contained / current``; its volume the inverse. Nothing
stored changes when a split arrives, is corrected or is withdrawn: only `current` does, here.

Dividends are never in observed prices. Each multiplies the prices before its ex-date by ``1 - D / C``, C the close
of the last daily bar before it, all on today's shares (CRSP's and Yahoo's method). Both are step functions of the
session date, made once from actions and daily closes, and so the same for daily and 30-minute bars.

The session date of a bar is its UTC date: sessions in New York lie within one, and so do those of most exchanges.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import groupby
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stockdash.bars import PRICES, Action, ActionKind

Mode = Literal["all", "splits", "none"]

# The value of a withdrawn action.
NEUTRAL: dict[ActionKind, float] = {"split": 1.0, "dividend": 0.0}

Days = NDArray[np.int64]
Factors = NDArray[np.float64]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_DAY = _EPOCH.date()
_DAY_MICROSECONDS = 86_400_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Steps:
    """A step function of the session date: `factors[k]` holds where k of the sorted `ex_days` have come."""

    ex_days: Days
    factors: Factors

    def at(self, days: Days) -> Factors:
        """Give the factor of each of `days`."""
        return self.factors[np.searchsorted(self.ex_days, days, side="right")]


def adjust(
    observed: pd.DataFrame,
    actions: Iterable[Action],
    *,
    mode: Mode = "all",
    daily: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """Give the bars frame of an observed frame, adjusted.

    Parameters
    ----------
    observed : sorted bars of one symbol.
    actions : every stored version.
    mode : ``"all"`` for splits and dividends, ``"splits"`` for today's shares, ``"none"`` as traded at the time.
    daily : the observed daily frame whose closes the dividends are set against, from the first session of
        `observed` to the newest; may be left out when `observed` is it.
    """
    versions = tuple(actions)
    today = rebase(observed, versions)
    if mode == "all" and daily is not None:
        return apply(today, steps(versions, mode, daily=rebase(daily, versions)), mode)
    return apply(today, steps(versions, mode, daily=today), mode)


def rebase(observed: pd.DataFrame, actions: Iterable[Action]) -> pd.DataFrame:
    """Give the bars frame of an observed frame on today's shares, which is mode ``"splits"``."""
    fetched_at: Days = observed["fetched_at"].array.asi8
    return _scaled(observed, split_scale(session_days(observed.index), fetched_at, actions), volume=True)


def steps(actions: Iterable[Action], mode: Mode, *, daily: pd.DataFrame) -> Steps:
    """Give the factors that turn bars on today's shares into those of `mode`; `daily` is on today's shares."""
    if mode == "splits":
        return _steps(_ex_days(()), ())
    if mode == "none":
        splits = _in_force(actions, "split")
        return _steps(_ex_days(splits), [split.value for split in splits])
    days, amounts, closes = _dividends(actions, daily)
    paid = amounts < closes  # also drops a dividend before the first bar, whose close is NaN
    return _steps(days[paid], 1 - amounts[paid] / closes[paid])


def apply(today: pd.DataFrame, factors: Steps, mode: Mode) -> pd.DataFrame:
    """Give bars on today's shares multiplied by `factors`, which `steps` made for the same `mode`."""
    if not len(factors.ex_days):
        return today
    return _scaled(today, factors.at(session_days(today.index)), volume=mode == "none")


def current(actions: Iterable[Action]) -> tuple[Action, ...]:
    """Give the actions in force, sorted: the newest versions, withdrawn ones left out, dividends on today's shares."""
    versions = tuple(actions)
    dividends = _in_force(versions, "dividend")
    amounts = _amounts(dividends, versions).tolist()
    on_todays_shares = [replace(paid, value=amount) for paid, amount in zip(dividends, amounts, strict=True)]
    return tuple(sorted([*_in_force(versions, "split"), *on_todays_shares]))


def implausible_dividends(actions: Iterable[Action], *, daily: pd.DataFrame) -> tuple[date, ...]:
    """Give the ex-dates of dividends not below the close before them, which are left out; `daily` on today's shares."""
    days, amounts, closes = _dividends(actions, daily)
    return tuple(_EPOCH_DAY + timedelta(days=int(day)) for day in days[amounts >= closes])


def describe(action: Action) -> str:
    """Give the action in words, such as "Split 3:2" or "Dividend 0.25"."""
    if action.kind == "dividend":
        return f"Dividend {action.value:.4g}"
    ratio = Fraction(action.value).limit_denominator(1000)
    return f"Split {ratio.numerator}:{ratio.denominator}"


def session_days(index: pd.Index) -> Days:
    """Give the session date of each bar, in days since 1970."""
    return pd.DatetimeIndex(index).asi8 // _DAY_MICROSECONDS


def split_scale(days: Days, fetched_at: Days, actions: Iterable[Action]) -> Factors:
    """Give what prices of `days` (sorted) fetched at `fetched_at` (UTC microseconds) are multiplied by to be on
    today's shares.
    """
    scale = np.ones(len(days))
    splits = sorted(action for action in actions if action.kind == "split")
    for ex_date, group in groupby(splits, lambda split: split.ex_date):
        versions = list(group)
        before = int(np.searchsorted(days, _day(ex_date)))
        seen = np.array([_micros(version.first_seen) for version in versions])
        if before and fetched_at[:before].min() < seen[-1]:
            values = np.array([1.0, *(version.value for version in versions)])
            contained = values[np.searchsorted(seen, fetched_at[:before], side="right")]
            scale[:before] *= contained / values[-1]
    return scale


def _scaled(bars: pd.DataFrame, scale: Factors, *, volume: bool) -> pd.DataFrame:
    columns: dict[str, NDArray[np.generic]] = {name: bars[name].to_numpy() * scale for name in PRICES}
    shares = bars["volume"].to_numpy()
    columns["volume"] = np.rint(shares / scale).astype(np.int64) if volume and (scale != 1).any() else shares
    return pd.DataFrame(columns, index=bars.index, copy=False)


def _in_force(actions: Iterable[Action], kind: ActionKind) -> list[Action]:
    """Give the newest version of each action of `kind`, by ex-date, withdrawn ones left out."""
    newest: dict[date, Action] = {}
    for action in actions:
        held = newest.get(action.ex_date)
        if action.kind == kind and (held is None or action.first_seen > held.first_seen):
            newest[action.ex_date] = action
    return [newest[ex_date] for ex_date in sorted(newest) if newest[ex_date].value != NEUTRAL[kind]]


def _amounts(dividends: list[Action], actions: Iterable[Action]) -> Factors:
    """Give the amounts on today's shares: a price of the ex-date fetched at `first_seen` would come to them alike."""
    seen = np.array([_micros(dividend.first_seen) for dividend in dividends], dtype=np.int64)
    amounts = np.array([dividend.value for dividend in dividends], dtype=np.float64)
    return amounts * split_scale(_ex_days(dividends), seen, actions)


def _dividends(actions: Iterable[Action], daily: pd.DataFrame) -> tuple[Days, Factors, Factors]:
    """Give ex-days, amounts and the closes before them (NaN where none is), on today's shares."""
    versions = tuple(actions)
    dividends = _in_force(versions, "dividend")
    days = _ex_days(dividends)
    closes = np.append(daily["close"].to_numpy(), np.nan)
    return days, _amounts(dividends, versions), closes[np.searchsorted(session_days(daily.index), days) - 1]


def _ex_days(actions: Iterable[Action]) -> Days:
    return np.array([_day(action.ex_date) for action in actions], dtype=np.int64)


def _steps(ex_days: Days, factors: Iterable[float] | Factors) -> Steps:
    products = np.cumprod(np.array([1.0, *list(factors)[::-1]]))[::-1]
    return Steps(ex_days, products)


def _day(day: date) -> int:
    return (day - _EPOCH_DAY).days


def _micros(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1)
