"""Bars in, columns out.

A bar of which an input is NaN is left out and stays NaN in the answer; the next ones go on as if it were not
there. Infinite values are NaN. Parameters at their defaults are not handed over, so that the defaults are
pandas-ta-classic's own, whatever it does with them.
"""

import functools
from collections.abc import Mapping

import numpy as np
import pandas as pd

from stockdash import Params, price
from stockdash_pandas_ta.calling import Flags, Floats, call, floats, function_of
from stockdash_pandas_ta.customs import LOOKING_AHEAD, TURNS
from stockdash_pandas_ta.samples import MANY_BARS, sample
from stockdash_pandas_ta.table import Column, Function

_CACHED = 256  # warm-ups kept for each indicator: a slider's positions and some


class Running:
    """Runs one function for some of its columns."""

    def __init__(self, function: Function, columns: list[Column]) -> None:
        self._function = function
        self._names = [column.name for column in columns]
        self._places = [function.columns.index(column) for column in columns]
        self._turns = TURNS.get(function.name)
        self._defaults = {parameter.name: parameter.default for parameter in function.parameters}
        self.warmup = functools.lru_cache(_CACHED)(self._warmup)

    def compute(self, bars: pd.DataFrame, params: Params) -> pd.DataFrame:
        """Compute the columns."""
        inputs = self._inputs(bars, params)
        known: Flags = ~np.isnan(np.array(list(inputs.values()))).any(axis=0)
        answer = np.full((len(bars), len(self._names)), np.nan)
        first = 0 if self._function.name in LOOKING_AHEAD else self.warmup(params)
        if np.count_nonzero(known) > first:
            found = {name: values[known] for name, values in inputs.items()}
            answer[known] = self._answer(found, _naive(bars.index)[known], params)
            answer[np.flatnonzero(known)[:first]] = np.nan
        return pd.DataFrame(answer, index=bars.index, columns=self._names, copy=False)

    def _warmup(self, params: Params) -> int:
        """Find the warm-up by trying: the leading bars without a value, on made-up bars.

        Some functions answer nothing until there are more bars than their first value needs. Those first
        values are left out, so that a history gives the same answer while it grows.
        """
        for bars in (sample(), sample(count=MANY_BARS)):
            known = np.flatnonzero(~np.isnan(self._of(bars, params)).all(axis=1))
            if len(known):
                told = self._first_told(bars, int(known[0]), params)
                return int(next((row for row in known if row >= told), MANY_BARS))
        return MANY_BARS

    def _first_told(self, bars: pd.DataFrame, first: int, params: Params) -> int:
        if self._function.name in LOOKING_AHEAD or self._tells(bars[: first + 1], params):
            return first
        # Mostly a few bars more than the first value needs, so the steps begin small.
        too_few, enough, step = first + 1, len(bars), 1
        while too_few + step < enough:
            if self._tells(bars[: too_few + step], params):
                enough = too_few + step
            else:
                too_few, step = too_few + step, 2 * step
        while enough - too_few > 1:
            middle = (too_few + enough) // 2
            too_few, enough = (too_few, middle) if self._tells(bars[:middle], params) else (middle, enough)
        return enough - 1

    def _tells(self, bars: pd.DataFrame, params: Params) -> bool:
        return not bool(np.isnan(self._of(bars, params)).all())

    def _of(self, bars: pd.DataFrame, params: Params) -> Floats:
        return self._answer(self._inputs(bars, params), _naive(bars.index), params)

    def _answer(self, inputs: Mapping[str, Floats], index: pd.DatetimeIndex, params: Params) -> Floats:
        function = function_of(self._function.category, self._function.name)
        series = {name: pd.Series(values, index=index, name=name, copy=False) for name, values in inputs.items()}
        answer = call(function, series, self._options(params))
        if answer is None or not len(answer):
            return np.full((len(index), len(self._names)), np.nan)
        columns: Floats = floats(answer)[:, self._places]
        if self._turns in self._names:
            place = self._names.index(self._turns)
            columns[:, place] = _turns(columns[:, place])
        return columns

    def _inputs(self, bars: pd.DataFrame, params: Params) -> dict[str, Floats]:
        """Give what the function wants, by its names for it, as floats."""
        return {name: _column(bars, params, name, column) for name, column in self._function.inputs.items()}

    def _options(self, params: Params) -> Mapping[str, object]:
        chosen = params.model_dump(include=set(self._defaults))
        return {name: value for name, value in chosen.items() if value != self._defaults[name]}


def _column(bars: pd.DataFrame, params: Params, name: str, column: str) -> Floats:
    chosen = getattr(params, "source" if name == "close" else name, None)
    values = bars[column] if chosen is None else price(bars, chosen)
    return np.asarray(values.to_numpy(dtype="float64", na_value=np.nan))


def _naive(index: pd.Index) -> pd.DatetimeIndex:
    """Give the times without a zone, which the functions' periods would warn of."""
    times = pd.DatetimeIndex(index)
    return times.tz_localize(None) if times.tz is not None else times


def _turns(direction: Floats) -> Floats:
    turned = np.diff(direction, prepend=np.nan) != 0  # the first direction counts as a turn
    return np.where(turned | np.isnan(direction), direction, 0.0)
