"""What is due: which bars are expected by now and not stored, and from where they are asked for. Pure."""

from datetime import date, datetime, timedelta

import numpy as np
import pandas as pd

from stockdash.adjust import session_days
from stockdash.bars import Interval
from stockdash.market import Market

# Final sessions that each append asks for again, to see what the source changed.
OVERLAP: dict[Interval, int] = {"1d": 5, "30m": 2}
# Rows that hold the overlap with room for provisional bars and gaps.
TAIL: dict[Interval, int] = {"1d": 30, "30m": 65}

# How far back the source has 30-minute bars (Yahoo refuses a start 60 days ago).
WINDOW = timedelta(days=59)
# A bar that is going on is asked for again when the source last answered longer ago than this.
REFRESH = timedelta(minutes=1)
# The same for a bar that is final and that the source did not have: late, or on a holiday elsewhere.
ASK_AGAIN = timedelta(minutes=10)
# An append sees changes of the overlap, of actions and of the oldest bar. Everything else waits for this long.
RECHECK = timedelta(days=28)
# The same after prices moved with no action listed to explain it.
RECHECK_UNSETTLED = timedelta(days=1)

# Reaches over the longest time without a session.
_BACK = timedelta(days=14)


def is_due(
    tail: pd.DataFrame,
    interval: Interval,
    *,
    market: Market,
    now: datetime,
    since: datetime,
    looked_at: datetime | None = None,
) -> bool:
    """Tell whether a bar is expected at `now` that is not stored, or going on and not fresh.

    Parameters
    ----------
    tail : the observed frame of the newest stored rows.
    since : UTC; an answer from then on is fresh. Several processes that share one run have the same one, so that
        none asks again for what another has just asked for.
    looked_at : UTC, when the source last answered; None when that is not known.
    """
    if tail.empty and looked_at is None:
        return True
    final = tail.index[tail["final"].to_numpy()]
    first = final[-1] + timedelta(microseconds=1) if len(final) else now - _BACK
    missing, going_on = market.expected(interval, first, now), _going_on(interval, market, now)
    if looked_at is None:
        return len(missing) + len(going_on) > 0
    if len(missing) and (looked_at < market.final_at(interval, missing[-1]) or looked_at < min(since, now - ASK_AGAIN)):
        return True
    return looked_at < since and len(going_on) > 0


def is_fresh(looked_at: datetime | None, interval: Interval, *, market: Market, now: datetime, since: datetime) -> bool:
    """Tell whether no stored bar need be looked at to know that nothing is due; as `is_due`."""
    if looked_at is None or looked_at < since:
        return False
    newest = market.expected(interval, now - _BACK, now)
    return not len(newest) or looked_at >= market.final_at(interval, newest[-1])


def append_from(tail: pd.DataFrame, interval: Interval, *, now: datetime) -> datetime | None:
    """Give the start from which an append asks; None when the whole history, or window, has to be asked for."""
    final = pd.DatetimeIndex(tail.index[tail["final"].to_numpy()])
    if not len(final):
        return None
    days = np.unique(session_days(final))
    first = final[session_days(final) >= days[max(len(days) - OVERLAP[interval], 0)]][0]
    return None if interval == "30m" and now - first >= WINDOW else first.to_pydatetime()


def _going_on(interval: Interval, market: Market, now: datetime) -> pd.DatetimeIndex:
    session: date = market.current_session(now)
    starts = market.sessions(session, session) if interval == "1d" else market.grid(session)
    return starts[np.asarray(starts <= pd.Timestamp(now)) & ~market.final(interval, starts, now)]
