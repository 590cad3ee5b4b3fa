"""How many bars a value needs behind it until longer histories no longer change it by more than 0.1 %."""

import numpy as np
import pandas as pd

from stockdash.testing import made_up
from stockdash.testing.probe import Probe, Values, scale
from stockdash.testing.report import History

_SETTLED = 1e-3
_ROWS = 8  # latest rows that must all agree, so that one lucky value does not count
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
    tolerance = _SETTLED * np.maximum(np.abs(whole[-_ROWS:]), scale(whole))
    count = len(bars)

    def settled(length: int) -> bool:
        part = probe.values(bars.iloc[-length:], probe.defaults, check="answer", where=f"the last {length} bars")
        return part is not None and _agree(whole[-_ROWS:], part[-_ROWS:], tolerance)

    high = next((length for length in (count // 2, 3 * count // 4) if settled(length)), None)
    if high is None:
        return History(anchored=True)
    low = _ROWS - 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if settled(middle) else (middle, high)
    return History(high - _ROWS + 1)


def _agree(expected: Values, arrived: Values, tolerance: Values) -> bool:
    both_unknown = np.isnan(expected) & np.isnan(arrived)
    return bool(((np.abs(expected - arrived) <= tolerance) | both_unknown).all())
