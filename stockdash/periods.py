"""Which session, week, month, quarter or year a bar belongs to.

A session is a date: that of the bar for daily and longer ones (midnight UTC of it), that of New York for shorter ones.
"""

from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Anchor = Literal["session", "week", "month", "quarter", "year"]

_ZONE = "America/New_York"
_TO_MONDAY = 3  # days from 1970-01-01, a Thursday, back to its Monday
_MONTHS_A_QUARTER = 3


def period_numbers(index: pd.DatetimeIndex, anchor: Anchor) -> NDArray[np.int64]:
    """Give the number of each bar's period; bars of the same period have the same, later ones a higher number.

    A bar's number never depends on later bars, except that the first two tell whether the bars are daily.
    """
    days = _dates(index)
    if anchor == "session":
        return days.astype(np.int64)
    if anchor == "week":
        return (days.astype(np.int64) + _TO_MONDAY) // 7
    if anchor == "year":
        return days.astype("datetime64[Y]").astype(np.int64)
    months = days.astype("datetime64[M]").astype(np.int64)
    return months // _MONTHS_A_QUARTER if anchor == "quarter" else months


def _dates(index: pd.DatetimeIndex) -> NDArray[np.datetime64]:
    head = index[:2]
    is_daily = bool((head == head.normalize()).all())
    local = index if is_daily else index.tz_convert(_ZONE)
    return local.tz_localize(None).to_numpy().astype("datetime64[D]")
