"""Looking into the future: the answer on the first k bars must be the first k rows of the answer on all.

A value that looks n bars ahead shows at a cut up to n bars behind it and nowhere else. So the cuts are every bar of
eight weeks (for what looks ahead on some days only), both sides of unusual bars (for what looks ahead when
something happens), the middle of sessions and the edges of holes, and the first bars (for what is filled backwards).
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from stockdash.indicators import Params
from stockdash.testing import made_up
from stockdash.testing.probe import Expected, Probe, Values, first_known
from stockdash.testing.report import Repainting

DENSE = 40  # bars at the end, each of which is cut at
KNOWN = 160  # bars behind the warm-up
_FAR = 400
_FURTHER = 80
_NEARLY_ALL = 0.1  # of the known rows may stay as they were in what counts as the whole window


@dataclass(frozen=True, slots=True)
class _Change:
    """What one cut showed: the bars before it, and the first row that differs."""

    cut: int
    row: int

    @property
    def depth(self) -> int:
        return self.cut - self.row


def check_repainting(probe: Probe, warmup: int) -> Repainting:
    """Give the verdict for the default parameters, on daily and half-hourly bars and on bars with holes."""
    count = length(warmup)
    early = {1, 2, 3, 5, 8, 13, 21, 34, 55, warmup, warmup + 1, warmup + 2}
    hole = count // 4
    samples = (
        ("daily bars", made_up.daily(count), early | set(range(count - DENSE, count)) | _unusual(count)),
        ("half-hourly bars", made_up.half_hourly(count), set(range(count - 14, count, 2)) | {count // 2}),
        ("bars with NaN", made_up.with_nan(count), {hole, hole + 1, hole + 3, hole + 8, hole + 9, count - 9}),
    )
    verdicts = [judge(probe, probe.defaults, bars=bars, cuts=cuts, where=where) for where, bars, cuts in samples]
    return worst(verdicts)


def check_variant(probe: Probe, params: Params, values: Values, *, where: str) -> Repainting:
    """Give the verdict for other parameters, whose values on daily bars are known, by one cut more."""
    cut = len(values) - 23
    part = probe.values(made_up.daily(cut), params, check="repainting", where=where)
    if part is None or Expected(values).first_difference(part) is None:
        return Repainting("clean")
    count = min(len(values) + _FAR, made_up.LONGEST)
    return judge(probe, params, bars=made_up.daily(count), cuts=(cut, count // 2, count - 23, count - 1), where=where)


def judge(probe: Probe, params: Params, *, bars: pd.DataFrame, cuts: Collection[int], where: str) -> Repainting:
    """Give the verdict of these cuts, and note a finding unless it is clean."""
    values = probe.values(bars, params, check="repainting", where=where)
    if values is None:
        return Repainting()
    changes = _changes(probe, params, bars=bars, values=values, cuts=cuts, where=where)
    if not changes:
        return Repainting("clean")
    found = _verdict(changes, values, where=where)
    if found.verdict == "last bars":
        changes += _further(probe, params, bars=bars, values=values, known=changes, where=where)
        found = _verdict(changes, values, where=where)
    probe.add("repainting", where, _tell(changes, found, bars))
    return found


def _further(
    probe: Probe, params: Params, *, bars: pd.DataFrame, values: Values, known: list[_Change], where: str
) -> list[_Change]:
    """Cut later and later while that shows more: what is filled up to a week's end changes most on its last day."""
    found: list[_Change] = []
    open_ends, seen = list(known), {change.cut for change in known}
    while open_ends and len(found) < _FURTHER:
        last = open_ends.pop()
        if last.cut + 1 not in seen:
            for next_one in _changes(probe, params, bars=bars, values=values, cuts=(last.cut + 1,), where=where):
                seen.add(next_one.cut)
                if next_one.depth > last.depth:
                    found.append(next_one)
                    open_ends.append(next_one)
    return found


def _changes(
    probe: Probe, params: Params, *, bars: pd.DataFrame, values: Values, cuts: Iterable[int], where: str
) -> list[_Change]:
    changes, expected = [], Expected(values)
    for cut in sorted(cut for cut in cuts if 0 < cut < len(bars)):
        part = probe.values(bars.iloc[:cut], params, check="repainting", where=f"the first {cut} of {where}")
        row = None if part is None else expected.first_difference(part)
        if row is not None:
            changes.append(_Change(cut, row))
    return changes


def worst(verdicts: Iterable[Repainting]) -> Repainting:
    """Give the verdict that says most against the indicator; of equal ones the first: defaults, daily bars."""
    order = ("unknown", "clean", "last bars", "whole window")
    return max(verdicts, key=lambda one: order.index(one.verdict), default=Repainting())


def length(warmup: int) -> int:
    """Give how many bars to look at, in steps, so that made-up bars are made up once for many indicators."""
    return min(-(-(2 * warmup + KNOWN) // KNOWN) * KNOWN, made_up.LONGEST)


def _verdict(changes: list[_Change], values: Values, *, where: str) -> Repainting:
    start, count = first_known(values) or 0, len(values)
    late = [change for change in changes if change.cut >= count // 2]
    if any(change.row <= start + _NEARLY_ALL * (change.cut - start) for change in late):
        return Repainting("whole window", where=where)
    # In the first half a change may be as deep as the warm-up, which tells less than what goes on for ever.
    return Repainting("last bars", max(change.depth for change in late or changes), where)


def _tell(changes: list[_Change], found: Repainting, bars: pd.DataFrame) -> str:
    shown = [change for change in changes if not found.bars or change.depth <= found.bars]
    deepest = max(shown, key=lambda change: change.depth)
    row, last = bars.index[deepest.row], bars.index[deepest.cut - 1]
    return (
        f"it {found.text}: the value of {row:%Y-%m-%d %H:%M} changes when bars after {last:%Y-%m-%d %H:%M} arrive, "
        f"{deepest.depth} bars later (seen at {len(changes)} cuts)"
    )


@cache
def _unusual(count: int) -> frozenset[int]:
    """Give the cuts right before and right after the most unusual of the first `count` daily bars."""
    bars = made_up.daily(count)
    change = bars["close"].pct_change().fillna(0).to_numpy()
    body = (bars["close"] - bars["open"]).abs().to_numpy()
    spread, gap = (bars["high"] - bars["low"]).to_numpy(), (bars["open"] - bars["close"].shift()).fillna(0).to_numpy()
    signs = (change, -change, bars["volume"].to_numpy(), bars["high"].to_numpy(), -bars["low"].to_numpy())
    rows = {int(np.argmax(sign)) for sign in (*signs, -body, spread, gap, -gap)}
    return frozenset(cut for row in rows for cut in (row, row + 1))
