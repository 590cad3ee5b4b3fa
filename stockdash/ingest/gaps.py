"""What is missing of a symbol's bars against the exchange's calendar, and why. Pure.

A bar that is expected by now and not stored is *missing at the source* when the source has answered since the bar was
final, else it was *not fetched*. Nothing is expected before the oldest stored bar. Symbols of other exchanges live on
the same calendar, so their own holidays show as missing at the source.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stockdash.bars import Interval
from stockdash.ingest.plan import WINDOW
from stockdash.market import Market

Reason = Literal["complete", "provisional", "missing", "unfetched"]

# The worse, the later: a session's reason is that of its worst bar.
REASONS: tuple[Reason, ...] = ("complete", "provisional", "missing", "unfetched")
NOTHING = -1


@dataclass(frozen=True, slots=True, eq=False)
class Completeness:
    """How complete each of some sessions is; the arrays have one entry a session.

    Attributes
    ----------
    sessions : as starts of daily bars.
    reasons : places in `REASONS`, or `NOTHING` where no bar is expected.
    stored, expected : how many bars there are, and how many there should be by now.
    """

    sessions: pd.DatetimeIndex
    reasons: NDArray[np.int8]
    stored: NDArray[np.int16]
    expected: NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Gap:
    """Sessions in a row that lack bars for the same reason: the first and the last, and how many bars."""

    interval: Interval
    reason: Reason
    first: date
    last: date
    bars: int


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a symbol and interval beside its bars.

    `first` is the start of the oldest stored bar, `answered_at` when the source last answered (UTC); None for nothing
    and never.
    """

    interval: Interval
    first: datetime | None
    answered_at: datetime | None


def completeness(
    observed: pd.DataFrame, known: Known, *, sessions: pd.DatetimeIndex, market: Market, now: datetime
) -> Completeness:
    """Compare `observed`, the stored bars from the first of `sessions` on, with the calendar at `now` (UTC)."""
    wanted = _expected(known, sessions, market, now)
    stored = pd.DatetimeIndex(observed.index)
    final = stored[observed["final"].to_numpy(dtype=bool)]
    lacking = wanted.difference(stored)
    answered = pd.Timestamp.min.tz_localize("UTC") if known.answered_at is None else known.answered_at
    at_source = market.final(known.interval, lacking, answered)
    reasons = np.full(len(sessions), NOTHING, dtype=np.int8)
    parts = (final, stored.difference(final), lacking[at_source], lacking[~at_source])
    for worse, starts in enumerate(parts):
        reasons[_places(starts, sessions)] = worse
    return Completeness(sessions, reasons, _counts(stored, sessions), _counts(wanted.union(stored), sessions))


def gaps(found: Completeness, interval: Interval) -> Iterator[Gap]:
    """Give the gaps, the newest first."""
    lacking = [place for place in range(len(found.sessions)) if found.reasons[place] >= REASONS.index("missing")]
    # The distance to a running number is the same for neighbours.
    runs = groupby(enumerate(lacking), key=lambda pair: (pair[1] - pair[0], found.reasons[pair[1]]))
    for (_, reason), pairs in reversed([(key, [place for _, place in run]) for key, run in runs]):
        bars = int((found.expected[pairs] - found.stored[pairs]).sum())
        first, last = (found.sessions[place].date() for place in (pairs[0], pairs[-1]))
        yield Gap(interval, REASONS[reason], first, last, bars)


def _expected(known: Known, sessions: pd.DatetimeIndex, market: Market, now: datetime) -> pd.DatetimeIndex:
    if not len(sessions):
        return sessions
    start = sessions[0].to_pydatetime()
    if known.first is not None:
        start = max(start, known.first)
    elif known.interval == "30m":
        # Of what was never fetched, no more can be had.
        start = max(start, now - WINDOW)
    wanted = market.expected(known.interval, start, now)
    return wanted[wanted < sessions[-1] + pd.Timedelta(days=1)]


def _places(starts: pd.DatetimeIndex, sessions: pd.DatetimeIndex) -> NDArray[np.intp]:
    """Give the places of the sessions of `starts`; bars of days that are no session have none."""
    # The hours of a New York session lie within one UTC day.
    places = sessions.get_indexer(starts.normalize())
    return places[places >= 0]


def _counts(starts: pd.DatetimeIndex, sessions: pd.DatetimeIndex) -> NDArray[np.int16]:
    return np.bincount(_places(starts, sessions), minlength=len(sessions)).astype(np.int16)
