"""Calls a function of pandas-ta-classic and brings its answer into one form."""

import functools
import importlib
import logging
import warnings
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stockdash_pandas_ta.customs import FIXED

Call = Callable[..., Any]
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@functools.cache
def function_of(category: str, name: str) -> Call:
    """Import the function's own module, and of the package what that needs."""
    with warnings.catch_warnings():
        # While it is imported it asks pandas 3 for something that pandas 4 will no longer have.
        warnings.simplefilter("ignore")
        module = importlib.import_module(f"pandas_ta_classic.{category}.{name}")
    # It logs a warning for each answer to too few bars, which is nothing unusual here.
    logging.getLogger("pandas_ta_classic").setLevel(logging.ERROR)
    found: Call = getattr(module, name)
    return found


def call(function: Call, series: Mapping[str, pd.Series], options: Mapping[str, object]) -> pd.DataFrame | None:
    """Give the answer; None where the function says that bars are too few.

    Dividing by zero is not worth a warning here: it gives NaN.
    """
    fixed = FIXED.get(getattr(function, "__name__", ""), {})
    with np.errstate(all="ignore"):
        answer = function(**series, **{**fixed, **options})
    return answer if answer is None else pd.DataFrame(answer)


def floats(answer: pd.DataFrame) -> Floats:
    """Give the numbers of an answer, a row for each bar, NaN where they are infinite."""
    numbers: Floats = answer.to_numpy(dtype="float64", na_value=np.nan, copy=True)
    numbers[np.isinf(numbers)] = np.nan
    return numbers
