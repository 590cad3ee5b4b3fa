"""How many bars a value needs behind it until longer histories no longer change it by more than 0.1 %.

The indicator is run again on bars that begin later, and compared bar by bar with the run on all of them: the last
bar that still differs tells how many were not enough. The answer is the most that any of the beginnings needed.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stockdash.testing import made_up
from stockdash.testing.probe import Probe, Values, scale
from stockdash.testing.report import History

_SETTLED = 1e-3
_BEGINNINGS = 9  # all in the first half, so that another half is left to settle in
_LAST = 8  # rows; a difference that is still there has not settled
_SHORTEST = 600


def measure_history(probe: Probe, warmup: int) -> History:
    """Give the history that the default parameters need: the longer one of daily and half-hourly bars."""
    count = min(_SHORTEST + 6 * warmup, made_up.LONGEST)
    needs = [_needed(probe, bars) for bars in (made_up.daily(count), made_up.half_hourly(count))]
    if any(need.anchored for need in needs):
        return History(anchored=True)
    known = [need.bars for need in needs if need.bars is not None]
    return History(max(known)) if len(known) == len(needs) else History()


def _needed(probe: Probe, bars: pd.DataFrame) -> History:
    whole = probe.values(bars, probe.defaults, check="answer", where="a long history")
    if whole is None:
        return History()
    tolerance = _SETTLED * np.maximum(np.abs(whole), scale(whole))
    most = 0
    for begin in np.linspace(1, len(bars) // 2, _BEGINNINGS).astype(int):
        where = f"a long history from bar {begin} on"
        part = probe.values(bars.iloc[begin:], probe.defaults, check="answer", where=where)
        if part is None:
            return History()
        off = _differing(whole[begin:], part, tolerance[begin:])
        if len(off) and off[-1] >= len(part) - _LAST:
            return History(anchored=True)
        most = max(most, off[-1] + 1 if len(off) else 0)
    return History(int(most) + 1)


def _differing(expected: Values, arrived: Values, tolerance: Values) -> NDArray[np.intp]:
    """Give the numbers of the rows that differ by more than is tolerated."""
    both_unknown = np.isnan(expected) & np.isnan(arrived)
    return np.flatnonzero((~((np.abs(expected - arrived) <= tolerance) | both_unknown)).any(axis=1))
