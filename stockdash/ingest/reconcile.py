"""How one answer of a source is reconciled with what is stored. Pure: frames and actions in, a verdict out.

Stored and answered bars are compared on the same shares, with the new versions of the actions. What they say:

- equal: only new bars and the ones that were provisional are written;
- one constant ratio over neighbouring bars that no action explains: the source moved its prices, listed or not;
- scattered differences: the source restated some bars, the newer values win;
- one final bar far off among others that are not: implausible, the stored bar stays.

An answer about part of the history can't tell the middle two for certain, nor show an action that came late. Then
some bars are `doubtful`, and the answer about the whole history decides: its list of actions and its prices
are authoritative. What it no longer has, such as 30-minute bars older than the source's window,
is brought along by `stockdash.ingest.carry`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stockdash.adjust import NEUTRAL, Steps, current, rebase, session_days, split_scale
from stockdash.bars import PRICES, TS_DTYPE, Action, ActionKind
from stockdash.sources import Fetched, ReportedAction

# Sources send about seven digits (Yahoo: single precision).
SAME = 1e-6
_SAME_RATIO = 1e-5
# A price further off than this on a final bar, with no action to explain it, is taken for a bad print.
IMPLAUSIBLE = 0.2

# An answer about the newest bars; about all that the source has; the same, and every difference is to be taken.
Scope = Literal["append", "history", "trusted"]

Mask = NDArray[np.bool_]
Ratios = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Versions:
    """What an answer says about actions.

    `known` are all versions, the new ones included; `added` are these alone. `contradicted` when an action that was
    in force is listed differently or no longer.
    """

    known: tuple[Action, ...]
    added: tuple[Action, ...]
    contradicted: bool


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    """What to store of an answer.

    Attributes
    ----------
    rows : observed rows to write.
    unchanged : how many bars of the answer are stored already.
    restated, implausible : starts of final bars that were replaced, and of those that were kept against the answer.
    doubtful : starts of final bars of which only the whole history can tell what the difference means.
    moved : ratio by which the source moved its prices with no action to explain it, by session.
    """

    rows: pd.DataFrame
    unchanged: int
    restated: pd.DatetimeIndex
    implausible: pd.DatetimeIndex
    doubtful: pd.DatetimeIndex
    moved: Steps

    @property
    def is_moved(self) -> bool:
        """Whether stored bars are on shares that no known action leads to today's."""
        return bool((self.moved.factors != 1).any())


@dataclass(frozen=True, slots=True, eq=False)
class _Compared:
    """The bars that are both stored and answered; prices as ratio answered / stored on today's shares.

    `along` tells whether the volume moved against the prices, as in a split and unlike in a bad print.
    """

    stored: pd.DataFrame
    today: pd.DataFrame
    answered: pd.DataFrame
    ratios: Ratios
    days: NDArray[np.int64]
    same: Mask
    final: Mask
    along: Mask


def versions_of(known: Sequence[Action], answer: Fetched, *, since: date) -> Versions:
    """Give the versions after an answer that lists every action with an ex-date from `since` on."""
    listed = [action for action in answer.actions if action.ex_date >= since]
    splits, splits_contradicted = _changes(known, listed, answer.fetched_at, since, kind="split")
    # A dividend is on the shares of its answer, so it is compared after the splits are known.
    after = (*known, *splits)
    dividends, dividends_contradicted = _changes(after, listed, answer.fetched_at, since, kind="dividend")
    added = (*splits, *dividends)
    return Versions(
        tuple(sorted((*known, *added))), tuple(sorted(added)), splits_contradicted or dividends_contradicted
    )


def reconcile(stored: pd.DataFrame, answered: pd.DataFrame, actions: Sequence[Action], *, scope: Scope) -> Verdict:
    """Compare an answer with the stored rows of its range.

    Parameters
    ----------
    stored, answered : observed frames; all rows of `answered` from one answer.
    actions : every version, those of the answer included.
    scope : how much the answer tells.
    """
    compared = _compare(stored, answered, actions)
    differs = compared.final & ~compared.same
    blocks = np.ones(len(differs)) if scope == "append" else _blocks(compared)
    off = _off(compared, blocks, scope)
    restated = differs & ~off & ((_distance(compared.ratios, blocks) > SAME) | (blocks == 1))
    # Provisional bars are written even if equal: `fetched_at` tells how old the last price is, and when to ask again.
    taken = compared.answered[~compared.final | (differs & ~off)]
    doubtful = differs & (off | _uniform(compared.ratios)) & (scope == "append")
    index = pd.DatetimeIndex(compared.answered.index)
    return Verdict(
        rows=_merged(taken, answered[~answered.index.isin(stored.index)]),
        unchanged=len(index) - len(taken),
        restated=index[restated],
        implausible=index[differs & off],
        doubtful=index[doubtful],
        moved=_as_steps(compared.days, blocks),
    )


def observe(answer: Fetched, final: Mask) -> pd.DataFrame:
    """Give the observed frame of an answer."""
    times = pd.Series(pd.Timestamp(answer.fetched_at), index=answer.bars.index, dtype=TS_DTYPE)
    return answer.bars.assign(fetched_at=times, final=final)


def _changes(
    known: Sequence[Action], listed: Sequence[ReportedAction], seen: datetime, since: date, *, kind: ActionKind
) -> tuple[list[Action], bool]:
    in_force = {a.ex_date: a.value for a in current(known) if a.kind == kind and a.ex_date >= since}
    reported = {a.ex_date: a for a in listed if a.kind == kind}
    added = [
        Action(ex_date, action.kind, seen, action.value)
        for ex_date, action in reported.items()
        if not np.isclose(in_force.get(ex_date, NEUTRAL[kind]), action.value, rtol=SAME, atol=0)
    ]
    gone = [Action(ex_date, kind, seen, NEUTRAL[kind]) for ex_date in in_force.keys() - reported.keys()]
    return added + gone, bool(gone) or any(action.ex_date in in_force for action in added)


def _compare(stored: pd.DataFrame, answered: pd.DataFrame, actions: Sequence[Action]) -> _Compared:
    common = stored.index.intersection(answered.index)
    old, new = stored.loc[common], answered.loc[common]
    days = session_days(common)
    today = rebase(old, actions)
    ratios = np.column_stack([new[name].to_numpy() / today[name].to_numpy() for name in PRICES])
    # Both volumes were rounded, the stored one before it was brought to today's shares.
    slack = 1 + 0.5 / split_scale(days, old["fetched_at"].array.asi8, actions)
    volume: Mask = np.abs(new["volume"].to_numpy() - today["volume"].to_numpy()) <= slack
    same: Mask = (np.abs(ratios - 1) <= SAME).all(axis=1) & volume
    means = ratios.mean(axis=1)
    shares = new["volume"].to_numpy()
    along = (shares > 0) & (np.abs(shares * means - today["volume"].to_numpy()) <= slack + means)
    return _Compared(old, today, new, ratios, days, same, old["final"].to_numpy(), along)


def _merged(taken: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    if taken.empty or new.empty:
        return new if taken.empty else taken
    return pd.concat([taken, new]).sort_index()


def _uniform(ratios: Ratios) -> Mask:
    """Tell of each bar whether its four prices moved by one ratio other than 1."""
    means = ratios.mean(axis=1)
    uniform: Mask = (np.ptp(ratios, axis=1) <= _SAME_RATIO * means) & (np.abs(means - 1) > SAME)
    return uniform


def _distance(ratios: Ratios, level: Ratios) -> Ratios:
    """Give the largest relative distance of each bar's four ratios from its level."""
    distance: Ratios = np.abs(ratios / level[:, None] - 1).max(axis=1, initial=0)
    return distance


def _off(compared: _Compared, blocks: Ratios, scope: Scope) -> Mask:
    """Tell which bars are far from where their neighbours went: from their block and from the median of five."""
    off: Mask = _distance(compared.ratios, blocks) > IMPLAUSIBLE
    if scope == "append":
        return off
    middles = pd.Series(np.median(compared.ratios, axis=1)).where(compared.final)
    level = middles.rolling(5, center=True, min_periods=1).median().fillna(1.0).to_numpy()
    off &= (_distance(compared.ratios, level) > IMPLAUSIBLE) & (scope != "trusted")
    # A split moves what is before it, so the oldest bar alone may be all that it moved.
    off[: int(compared.final.argmax()) + 1 if compared.final.any() else 0] = False
    return off


def _blocks(compared: _Compared) -> Ratios:
    """Give the ratio by which the source moved its prices at each bar.

    It is the ratio that a bar has in common with a neighbour, or alone when its volume moved along. A bar without
    one, which was also restated, has the ratio of the nearest later bar that has one.
    """
    means = compared.ratios.mean(axis=1)
    spread = np.ptp(compared.ratios, axis=1)
    steady = np.flatnonzero(compared.final & (spread <= _tolerance(means)))
    ratios = means[steady]
    alike = np.abs(np.diff(ratios)) <= _tolerance(ratios[1:])
    kept = compared.along[steady]
    kept[:-1] |= alike
    kept[1:] |= alike
    steady, ratios = steady[kept], np.where(np.abs(ratios[kept] - 1) <= _SAME_RATIO, 1.0, ratios[kept])
    if not len(steady):
        return np.ones(len(means))
    nearest = np.searchsorted(steady, np.arange(len(means)))
    return ratios[np.minimum(nearest, len(steady) - 1)]


def _tolerance(ratios: Ratios) -> Ratios:
    # Prices rounded to cents don't move by quite one ratio; a large move is plain all the same.
    return ratios * np.where(np.abs(ratios - 1) > IMPLAUSIBLE / 4, 2e-3, _SAME_RATIO)


def _as_steps(days: NDArray[np.int64], ratios: Ratios) -> Steps:
    changes = np.flatnonzero(np.abs(np.diff(ratios)) > _SAME_RATIO * ratios[1:]) + 1
    firsts = np.insert(changes, 0, 0)
    return Steps(days[changes], ratios[firsts] if len(ratios) else np.ones(1))
