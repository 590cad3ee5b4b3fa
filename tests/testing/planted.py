"""Indicators that break the contract on purpose, each in one way, and honest ones that look suspicious."""

import itertools
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from pydantic import Field, field_validator, model_validator

from stockdash import Indicator, Output, Params


class NoParams(Params):
    pass


class LengthParams(Params):
    length: int = Field(20, ge=1, le=100, title="Length")


class OffsetParams(Params):
    offset: int = Field(0, ge=-5, le=5, title="Offset")


class OpenParams(Params):
    length: int = Field(20, ge=1, title="Length")


class BareParams(Params):
    length: int = Field(20, ge=1, le=100)


class OddParams(Params):
    when: complex = Field(1j, title="When")


class EvenParams(Params):
    length: int = Field(20, ge=1, le=100, title="Length")

    @field_validator("length")
    @classmethod
    def _even(cls, length: int) -> int:
        if length % 2:
            raise ValueError("must be even")
        return length


class PairParams(Params):
    fast: int = Field(12, ge=1, le=50, title="Fast")
    slow: int = Field(26, ge=2, le=60, title="Slow")

    @model_validator(mode="after")
    def _ordered(self) -> "PairParams":
        if self.fast >= self.slow:
            raise ValueError("fast must be below slow")
        return self


Rule = Callable[[pd.DataFrame, Any], pd.Series]


def made(
    rule: Rule | Callable[..., Any],
    *,
    warmup: int | Callable[[Any], Any] = 0,
    params: type[Params] = NoParams,
    whole: bool = False,
) -> Indicator:
    """An indicator of one output; `rule` gives its column, or with `whole` the frame that is the answer."""
    return Indicator(
        id="planted",
        name="Planted",
        params=params,
        outputs=(Output("x", "X"),),
        compute=rule if whole else lambda bars, p: pd.DataFrame({"x": rule(bars, p)}),
        warmup=warmup if callable(warmup) else lambda _: warmup,
    )


def mean(bars: pd.DataFrame, length: int = 20) -> pd.Series:
    return bars["close"].ffill().rolling(length).mean()


def where_next(condition: Callable[[pd.DataFrame], pd.Series]) -> Rule:
    """The close, or the next bar's close where `condition` holds for that next bar."""

    def rule(bars: pd.DataFrame, _: Params) -> pd.Series:
        ahead = condition(bars).shift(-1, fill_value=False)
        return bars["close"].where(~ahead, bars["close"].shift(-1))

    return rule


def every(step: int) -> Callable[[pd.DataFrame], pd.Series]:
    return lambda bars: pd.Series(np.arange(len(bars)) % step == 0, index=bars.index)


def of_the_week(bars: pd.DataFrame, _: Params) -> pd.Series:
    """The close of the week, known on its Monday."""
    week = bars.index.tz_localize(None).to_period("W")
    return bars["close"].groupby(week).transform("last")


def of_the_session(bars: pd.DataFrame, _: Params) -> pd.Series:
    """The high of the day; on daily bars that is no news."""
    return bars["high"].groupby(bars.index.normalize()).transform("max")


def peaks(bars: pd.DataFrame, _: Params) -> pd.Series:
    """Highs with two lower ones on either side, marked at the peak itself."""
    high = bars["high"]
    return high.where(high == high.rolling(5, center=True, min_periods=1).max(), 0.0)


def changed_close(bars: pd.DataFrame, _: Params) -> pd.Series:
    bars["close"] = bars["close"] * 2
    return bars["close"] / 2


def filled_in_place(bars: pd.DataFrame, _: Params) -> pd.Series:
    bars.ffill(inplace=True)  # noqa: PD002 - this is the cheat
    return bars["close"]


def added_column(bars: pd.DataFrame, _: Params) -> pd.Series:
    bars["mine"] = bars["close"]
    return bars["mine"]


_calls = itertools.count()
_drawn = np.random.default_rng(1)


def drawn(bars: pd.DataFrame, _: Params) -> pd.Series:
    return bars["close"] + _drawn.random()


def remembered(bars: pd.DataFrame, _: Params) -> pd.Series:
    return bars["close"] + next(_calls) % 7


def quadratic(bars: pd.DataFrame, _: Params) -> pd.Series:
    close = bars["close"].to_numpy()
    spread = np.abs(close[:, None] - close[None, :])
    return pd.Series(
        [np.fmax.reduce(row[: at + 1]) for at, row in enumerate(spread)], index=bars.index, dtype="float64"
    )


def ends_the_program(_: pd.DataFrame, __: Params) -> pd.Series:
    sys.exit(3)


def not_picklable() -> type[Params]:
    class LocalParams(Params):
        length: int = Field(2, ge=1, le=9, title="Length")

    return LocalParams
