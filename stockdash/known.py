"""The bars on which an indicator can compute: where everything that it reads is a number.

TA-Lib is the engine of most built-ins. It refuses integers, and one NaN in the middle poisons its running sums to
the end. So each indicator computes on the known bars alone, as floats, and puts its answer back in their places: a bar
with a NaN stays NaN, and the others go on as if it were not there, as TradingView's functions do ("na values in the
source series are ignored", Pine Script reference manual, v6).
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]


class Known:
    """The rows on which all of `columns` are known.

    Attributes
    ----------
    columns : the columns as they were given, contiguous float64 and without NaN. Not to be written to.
    index : the times of these rows.
    """

    def __init__(self, *columns: pd.Series) -> None:
        arrays = [np.ascontiguousarray(column.to_numpy(dtype="float64")) for column in columns]
        self._index = columns[0].index
        self._rows = _known_rows(arrays)
        self.columns = arrays if self._rows is None else [array[self._rows] for array in arrays]
        self.index = self._index if self._rows is None else self._index[self._rows]

    def answer(self, warmup: int = 0, /, **outputs: Array) -> pd.DataFrame:
        """Give the frame of `outputs`, each with one value a known row; the first `warmup` of them are made NaN."""
        for values in outputs.values():
            values[:warmup] = np.nan
        places = {name: self._placed(values) for name, values in outputs.items()}
        return pd.DataFrame(places, index=self._index, copy=False)

    def _placed(self, values: Array) -> Array:
        if self._rows is None:
            return values
        placed = np.full(len(self._index), np.nan)
        placed[self._rows] = values
        return placed


def is_finite(values: Array) -> bool:
    """Tell whether all `values` are finite: at half the cost of looking at each, unless their sum is not.

    `einsum` adds them up twice as fast as `sum`, as it need not be exact. `dot` is as fast, but BLAS has it done by
    several threads that wait for each other: on a busy machine for ten times as long.
    """
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(np.einsum("i->", values))) or bool(np.isfinite(values).all())


def _known_rows(arrays: list[Array]) -> NDArray[np.bool_] | None:
    """Give which rows are known; None for all of them."""
    gapped = [array for array in arrays if not is_finite(array)]
    known = np.logical_and.reduce([~np.isnan(array) for array in gapped]) if gapped else np.ones(0, dtype=bool)
    return None if known.all() else known
