"""Bars in, columns out.

A bar of which an input is NaN is left out and stays NaN in the answer; the next ones go on as if it were not
there, as stockdash's own averages do. TA-Lib itself would carry the NaN to the end. Where a function divides by
zero or leaves its domain the answer is NaN.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
import talib
from numpy.typing import NDArray

from stockdash import Params, price
from stockdash_talib.customs import shaped
from stockdash_talib.functions import AVERAGES, Function, Number, lookback
from stockdash_talib.outputs import column

_PERIODS = "periods"  # MAVP's second input: how many bars to average, bar by bar

Floats = NDArray[np.float64]


def warmup(function: Function) -> Callable[[Params], int]:
    """Give what tells the function's leading NaN from its parameters."""
    ahead = lookback("HT_DCPERIOD", {}) if _PERIODS in function.inputs else 0
    return lambda params: ahead + lookback(function.name, _options(function, params))


def computing(function: Function) -> Callable[[pd.DataFrame, Params], pd.DataFrame]:
    """Give what computes the function."""
    leading = warmup(function)
    names = [column(function, output) for output in function.outputs]

    def compute(bars: pd.DataFrame, params: Params) -> pd.DataFrame:
        inputs = _inputs(function, bars, params)
        known = ~np.isnan(inputs).any(axis=0)
        answer = np.full((len(names), len(bars)), np.nan)
        first = leading(params)
        if np.count_nonzero(known) > first:
            answer[:, known] = _call(function, inputs[:, known], params, first=first)
        return pd.DataFrame(dict(zip(names, answer, strict=True)), index=bars.index)

    return compute


def _call(function: Function, inputs: Floats, params: Params, *, first: int) -> Floats:
    arrays = list(np.ascontiguousarray(inputs))
    if _PERIODS in function.inputs:
        arrays.append(talib.HT_DCPERIOD(arrays[0]))
    answers = getattr(talib, function.name)(*arrays, *_options(function, params).values())
    columns = np.array(answers if isinstance(answers, tuple) else (answers,), dtype="float64")
    columns[:, :first] = np.nan  # whole numbers have no NaN: TA-Lib fills with zeros
    columns[np.isinf(columns)] = np.nan
    return shaped(function.name, columns)


def _inputs(function: Function, bars: pd.DataFrame, params: Params) -> Floats:
    columns: list[pd.Series] = []
    for name, wanted in function.inputs.items():
        if isinstance(wanted, list):
            columns += (bars[column] for column in wanted)
        elif name != _PERIODS:
            columns.append(price(bars, getattr(params, name)))
    return np.array([values.to_numpy(dtype="float64", na_value=np.nan) for values in columns])


def _options(function: Function, params: Params) -> dict[str, Number]:
    chosen = {option.name: getattr(params, option.name) for option in function.options}
    return {name: AVERAGES.index(value) if isinstance(value, str) else value for name, value in chosen.items()}
