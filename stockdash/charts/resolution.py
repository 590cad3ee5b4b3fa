"""Which bars to draw for what is visible: their resolution, the window of them that is sent, the range buttons.

A *visible range* is a pair of UTC times, start inclusive and end exclusive. Everything here is a pure function
of it, so the same range always gives the same bars, however the user came to it.
"""

from typing import Literal

import numpy as np
import pandas as pd

Resolution = Literal["30m", "1d", "1wk", "1mo"]
RESOLUTIONS: tuple[Resolution, ...] = ("30m", "1d", "1wk", "1mo")

Preset = Literal["5D", "1M", "3M", "6M", "YTD", "1Y", "5Y", "Max"]
PRESETS: tuple[Preset, ...] = ("5D", "1M", "3M", "6M", "YTD", "1Y", "5Y", "Max")

Visible = tuple[pd.Timestamp, pd.Timestamp]

# Candles cost the browser per bar sent, visible or not; Plotly stays smooth to about this many.
MOST_BARS = 800

# Longest visible span drawn at a resolution. Three years of sessions, fifteen of weeks: about 780 bars each.
_LONGEST: dict[Resolution, pd.Timedelta] = {
    "30m": pd.Timedelta(days=10),
    "1d": pd.Timedelta(days=3 * 366),
    "1wk": pd.Timedelta(days=15 * 366),
}
# A gesture ends between pixels: ten days and a minute are meant as ten days.
_SLACK = pd.Timedelta(hours=1)

_LENGTHS: dict[Resolution, pd.Timedelta] = {
    "30m": pd.Timedelta(minutes=30),
    "1d": pd.Timedelta(days=1),
    "1wk": pd.Timedelta(days=7),
    "1mo": pd.Timedelta(days=31),
}
_PRESET_MONTHS: dict[str, int] = {"1M": 1, "3M": 3, "6M": 6, "1Y": 12, "5Y": 60}
_DAY = pd.Timedelta(days=1)


def resolution_for(visible: Visible, *, intraday_from: pd.Timestamp | None) -> Resolution:
    """Give the resolution at which `visible` is drawn.

    `intraday_from` is the UTC start of the oldest 30-minute bar, None when there are none; a range that begins
    before the day of that bar is drawn daily.
    """
    start, end = visible
    span = end - start
    if span <= _LONGEST["30m"] + _SLACK:
        return "30m" if intraday_from is not None and start >= intraday_from.floor("D") else "1d"
    return next((name for name, longest in _LONGEST.items() if span <= longest + _SLACK), "1mo")


def preset_range(preset: Preset, sessions: pd.DatetimeIndex) -> Visible:
    """Give the range that a range button shows, from the midnight of its first session to the day after the last.

    `sessions` is the index of the daily bars, at least one.
    """
    last = sessions[-1].floor("D")
    return max(_preset_start(preset, sessions), sessions[0].floor("D")), last + _DAY


def bars_in(index: pd.DatetimeIndex, visible: Visible, resolution: Resolution) -> slice:
    """Give the bars of `index`, their UTC starts, that `visible` touches; at least one when there are any."""
    start, end = visible
    first = int(index.searchsorted(start - _LENGTHS[resolution], side="right"))
    if resolution == "1mo":  # months differ in length: a bar lasts until the next one starts
        first = max(int(index.searchsorted(start, side="right")) - 1, 0)
    last = int(index.searchsorted(end, side="left"))
    first = min(first, max(len(index) - 1, 0))
    return slice(first, max(last, min(first + 1, len(index))))


def touches(index: pd.DatetimeIndex, visible: Visible, resolution: Resolution) -> bool:
    """Tell whether any bar of `index`, their UTC starts, lies in `visible`, be it in part."""
    start, end = visible
    return bool(len(index) and start < index[-1] + _LENGTHS[resolution] and end > index[0])


def window(index: pd.DatetimeIndex, visible: Visible, resolution: Resolution) -> slice:
    """Give the bars to send: those visible and one screen on both sides, at most `MOST_BARS`.

    The margins shrink as the visible part grows; a visible part beyond the limit keeps its newest bars.
    """
    seen = bars_in(index, visible, resolution)
    shown = seen.stop - seen.start
    if shown >= MOST_BARS:
        return slice(seen.stop - MOST_BARS, seen.stop)
    before, after = _margins(seen, len(index))
    return slice(seen.start - before, seen.stop + after)


def snapped(index: pd.DatetimeIndex, visible: Visible, resolution: Resolution) -> Visible:
    """Give `visible` widened to the bars that it touches: from the start of the first to the end of the last."""
    seen = bars_in(index, visible, resolution)
    end = index[seen.stop - 1] + _LENGTHS[resolution]
    return index[seen.start], min(end, index[seen.stop]) if seen.stop < len(index) else end


def _preset_start(preset: Preset, sessions: pd.DatetimeIndex) -> pd.Timestamp:
    last = sessions[-1].floor("D")
    if preset == "Max":
        return sessions[0].floor("D")
    if preset == "5D":
        return sessions[-min(5, len(sessions))].floor("D")
    if preset == "YTD":
        return last.replace(month=1, day=1)
    return last - pd.DateOffset(months=_PRESET_MONTHS[preset])


def _margins(seen: slice, total: int) -> tuple[int, int]:
    screen = seen.stop - seen.start
    room = MOST_BARS - screen
    before, after = min(screen, seen.start), min(screen, total - seen.stop)
    if before + after > room:
        before = min(before, max(room // 2, room - after))
        after = min(after, room - before)
    return before, after


def ordinals(index: pd.DatetimeIndex, moments: pd.DatetimeIndex, resolution: Resolution) -> np.ndarray:
    """Give the number of the bar each moment belongs to, -1 where it lies outside.

    A date falls on the week or month that holds it, else on the first bar at or after it (an ex-date is
    midnight, its first 30-minute bar comes later in the day).
    """
    if resolution in {"1wk", "1mo"}:
        return np.asarray(index.searchsorted(moments, side="right")) - 1
    found = np.asarray(index.searchsorted(moments, side="left"))
    inside = (found < len(index)) & (moments >= index[:1].floor("D").min())
    return np.where(inside, found, -1)
