"""The events of an ingest, in words: what a user should be able to look up about the quality of the data."""

from collections.abc import Sequence
from datetime import date, timedelta

import numpy as np
import pandas as pd

from stockdash.adjust import NEUTRAL, Steps, describe
from stockdash.bars import PRICES, Action, Interval

_EPOCH_DAY = date(1970, 1, 1)


def restated(stored: pd.DataFrame, answered: pd.DataFrame, starts: pd.DatetimeIndex, interval: Interval) -> list[str]:
    """Tell which bars were replaced; `stored` is on today's shares."""
    if not len(starts):
        return []
    old, new = stored.loc[starts], answered.loc[starts]
    change = max(float((new[name] / old[name] - 1).abs().max()) for name in PRICES)
    span = _when(starts[0], interval) + (f" to {_when(starts[-1], interval)}" if len(starts) > 1 else "")
    return [f"{len(starts)} restated, {span}; prices by up to {change:.2%}, the rest is volume."]


def implausible(
    stored: pd.DataFrame, answered: pd.DataFrame, starts: pd.DatetimeIndex, interval: Interval
) -> list[str]:
    """Tell which bars were kept against the answer; `stored` is on today's shares."""
    rows = zip(starts, stored.loc[starts].iterrows(), answered.loc[starts].iterrows(), strict=True)
    return [_far_off(old, new, _when(start, interval)) for start, (_, old), (_, new) in rows]


def rebased(moved: Steps) -> list[str]:
    """Tell by which ratio the source's prices differ from what the actions it lists lead to."""
    days = [*(_EPOCH_DAY + timedelta(days=int(day)) for day in moved.ex_days), None]
    return [
        f"Prices{'' if day is None else f' before {day}'} are {ratio:.6g} times what the listed actions lead to."
        for day, ratio in zip(days, moved.factors, strict=True)
        if ratio != 1
    ]


def changed(action: Action, known: Sequence[Action]) -> str:
    """Tell what a new version of an action says."""
    earlier = [a for a in known if (a.ex_date, a.kind) == (action.ex_date, action.kind)]
    what = f"of {action.ex_date}, seen at {action.first_seen:%Y-%m-%d %H:%M} UTC"
    if action.value == NEUTRAL[action.kind]:
        return f"{describe(max(earlier))} withdrawn {what}."
    return f"{describe(action)} {what}{f'; it was {describe(max(earlier))}' if earlier else ''}."


def left_out(ex_date: date) -> str:
    """Tell of a dividend that can't be right."""
    return f"The dividend of {ex_date} is not below the close before it and is left out."


def _far_off(stored: pd.Series, answered: pd.Series, when: str) -> str:
    ratios = {name: abs(float(np.log(answered[name] / stored[name]))) for name in PRICES}
    name = max(PRICES, key=lambda price: ratios[price])
    return f"{when}: the source says {name} {answered[name]:.6g}, stored is {stored[name]:.6g}, which is kept."


def _when(start: pd.Timestamp, interval: Interval) -> str:
    return f"{start:%Y-%m-%d}" if interval == "1d" else f"{start:%Y-%m-%d %H:%M} UTC"
