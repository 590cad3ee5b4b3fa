"""What an indicator answered: checked against what it declared, before anything else sees it."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stockdash.known import is_finite

_LONG_WARMUP = 1024
_ROW = ("low", "high", "inside")


def checked(answer: object, *, names: list[str], index: pd.Index) -> pd.DataFrame:
    """Give the columns `names` of `answer` as float64, in that order, on `index`; raises what says what is wrong."""
    if not isinstance(answer, pd.DataFrame):
        raise TypeError(f"expected a DataFrame as the answer, got {type(answer).__name__}")
    if not answer.index.equals(index):
        raise ValueError(f"the answer has another index than the bars: {len(answer)} rows for {len(index)} bars")
    if sorted(map(str, answer.columns)) != sorted(names):
        raise ValueError(f"the answer has the columns {list(answer.columns)}, declared are {names}")
    columns = [answer[name] for name in names]
    numbers = {name: _numbers(column) for name, column in zip(names, columns, strict=True)}
    is_plain = type(answer) is pd.DataFrame and list(answer.columns) == names and answer.index.is_(index)
    if is_plain and all(column.dtype == "float64" for column in columns):
        return answer
    return pd.DataFrame(numbers, index=index, copy=False)


def checked_rows(answer: object, *, names: list[str]) -> pd.DataFrame:
    """Give the rows of a profile: their edges, whether they stand out, and the columns `names`."""
    if not isinstance(answer, pd.DataFrame):
        raise TypeError(f"expected a DataFrame as the answer, got {type(answer).__name__}")
    rows = checked(answer, names=[*_ROW, *names], index=answer.index).reset_index(drop=True)
    if rows.isna().any(axis=None):
        raise ValueError("a row of prices has a NaN; leave out the rows of which nothing is known")
    edges = rows[["low", "high"]].to_numpy().ravel()
    if (np.diff(edges) < 0).any():
        raise ValueError("the rows of prices overlap or don't ascend: each ends at its high, where the next may begin")
    return rows


def _numbers(column: pd.Series) -> NDArray[np.float64]:
    if column.dtype.kind not in "iuf":
        raise TypeError(f"the column {column.name!r} holds {column.dtype}, expected numbers")
    numbers = column.to_numpy() if column.dtype == "float64" else column.to_numpy(dtype="float64", na_value=np.nan)
    first = int(np.isnan(numbers[:_LONG_WARMUP]).argmin()) if len(numbers) else 0
    if not is_finite(numbers[first:]) and (infinite := np.isinf(numbers)).any():
        raise ValueError(f"the column {column.name!r} is infinite at {column.index[int(infinite.argmax())]}")
    return numbers
