"""Running an indicator under examination: what goes wrong becomes a finding, nothing is raised."""

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stockdash.errors import IndicatorError
from stockdash.indicators import Indicator, Params, run
from stockdash.testing.report import Check, Finding

SHOWN = 5  # findings of one check; more of the same don't help
_CLOSE = 1e-6  # relative; what sums in another order may differ by
_CLOSE_TO_SCALE = 1e-8

Values = NDArray[np.float64]


class Probe:
    """One indicator, what was found about it so far, and the ways to run it.

    Attributes
    ----------
    indicator : the one that is examined.
    defaults : its default parameters.
    """

    def __init__(self, indicator: Indicator[Any]) -> None:
        self.indicator = indicator
        self.defaults: Params = indicator.params()
        self._found: dict[tuple[Check, str], Finding] = {}
        self._changed_input = False
        self._watched = replace(indicator, compute=self._watch)

    def add(self, check: Check, where: str, message: str) -> None:
        """Note a finding; the same message of the same check is noted once."""
        self._found.setdefault((check, message), Finding(check, where, message))

    def findings(self) -> tuple[Finding, ...]:
        """Give the findings, at most `SHOWN` of a check, and how many more there were."""
        numbered: Counter[Check] = Counter()
        shown: list[Finding] = []
        for finding in self._found.values():
            numbered[finding.check] += 1
            if numbered[finding.check] <= SHOWN:
                shown.append(finding)
        more = [Finding(check, "elsewhere", f"{n - SHOWN} more") for check, n in numbered.items() if n > SHOWN]
        return tuple(shown + more)

    def answer(self, bars: pd.DataFrame, params: Params, *, check: Check, where: str) -> pd.DataFrame | None:
        """Run the indicator; a failure is a finding of `check` and gives None."""
        return self._answer(self.indicator, bars, params, check=check, where=where)

    def values(self, bars: pd.DataFrame, params: Params, *, check: Check, where: str) -> Values | None:
        """Run the indicator as `answer` does; gives bare numbers, a row for each bar."""
        answer = self.answer(bars, params, check=check, where=where)
        return None if answer is None else answer.to_numpy()

    def watched(self, bars: pd.DataFrame, params: Params, *, where: str) -> Values | None:
        """Run the indicator as `values` does and note when it changes the bars that it gets."""
        self._changed_input = False
        answer = self._answer(self._watched, bars, params, check="answer", where=where)
        if self._changed_input:
            self.add("input", where, "compute changes the bars it is given; work on a copy: bars = bars.copy()")
        return None if answer is None else answer.to_numpy()

    def warmup(self, params: Params, *, where: str) -> int | None:
        """Give the declared warm-up; one that can't be is a finding."""
        try:
            declared = self.indicator.warmup(params)
        except Exception as exc:  # noqa: BLE001 - a stranger's function; what it raised is reported
            self.add("warm-up", where, f"warmup(params) failed: {type(exc).__name__}: {exc}")
            return None
        if not isinstance(declared, int | np.integer) or isinstance(declared, bool) or declared < 0:
            self.add("warm-up", where, f"warmup(params) gives {declared!r:.60}, expected a whole number from 0 on")
            return None
        return int(declared)

    def _answer(
        self, indicator: Indicator[Any], bars: pd.DataFrame, params: Params, *, check: Check, where: str
    ) -> pd.DataFrame | None:
        try:
            return run(indicator, bars, params)
        except (IndicatorError, SystemExit) as exc:
            self.add(check, where, str(exc) if isinstance(exc, IndicatorError) else "compute ends the program")
            return None

    def _watch(self, bars: pd.DataFrame, params: Params) -> pd.DataFrame:
        before = bars.copy()
        answer = self.indicator.compute(bars, params)
        self._changed_input = not bars.equals(before)
        return answer


class Expected:
    """The answer on all bars, which answers on the first of them are compared with."""

    def __init__(self, values: Values) -> None:
        self.values = values
        self._unknown = np.isnan(values)
        self._tolerance = _CLOSE * np.abs(values) + _CLOSE_TO_SCALE * scale(values)

    def first_difference(self, arrived: Values) -> int | None:
        """Give the first row of `arrived` that differs from the same row here, or None."""
        count = len(arrived)
        with np.errstate(invalid="ignore"):
            near = np.abs(self.values[:count] - arrived) <= self._tolerance[:count]
        rows = (~(near | (self._unknown[:count] & np.isnan(arrived)))).any(axis=1)
        return int(rows.argmax()) if rows.any() else None


def scale(values: Values) -> Values:
    """Give the usual size of each column: the median of what is known of it without its sign, 0 for nothing."""
    return np.array([np.median(known) if len(known) else 0.0 for known in map(_known, values.T)])


def first_known(values: Values) -> int | None:
    """Give the first row in which any column is known, or None."""
    rows = ~np.isnan(values).all(axis=1) if values.size else np.zeros(0, dtype=bool)
    return int(rows.argmax()) if rows.any() else None


def _known(column: Values) -> Values:
    return np.abs(column[~np.isnan(column)])
