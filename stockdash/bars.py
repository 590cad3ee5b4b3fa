"""Bars frames and corporate actions: the two values that flow through every room.

A *bars frame* has the index ``ts`` (UTC, aware, microseconds, sorted, unique: the START of the bar; a daily
bar is midnight UTC of its session date) and the columns ``open high low close`` (float64, currency units of
the listing) and ``volume`` (int64, shares).

An *observed frame* is a bars frame as a source gave it, with two more columns: ``fetched_at`` (UTC, when the
source answered, which tells the splits that are in the prices) and ``final`` (bool, False while the bar may
still change).
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

import numpy as np
import pandas as pd

from stockdash.errors import InvalidBarsError

Interval = Literal["30m", "1d"]
INTERVALS: tuple[Interval, ...] = ("1d", "30m")

PRICES = ("open", "high", "low", "close")
COLUMNS = (*PRICES, "volume")
OBSERVED = (*COLUMNS, "fetched_at", "final")

TS_DTYPE = "datetime64[us, UTC]"
_DTYPES = {**dict.fromkeys(PRICES, "float64"), "volume": "int64"}
_OBSERVED_DTYPES = {**_DTYPES, "fetched_at": TS_DTYPE, "final": "bool"}

ActionKind = Literal["split", "dividend"]


@dataclass(frozen=True, slots=True, order=True)
class Action:
    """One version of a corporate action, as a source reported it.

    `value` is the split ratio (10.0 = ten new shares for one) or the dividend in currency units a share, on
    the share basis of `first_seen`. A later version of the same `ex_date` and `kind` replaces an earlier one
    from its `first_seen` on; a withdrawn action is a version with the neutral value (split 1, dividend 0).
    """

    ex_date: date
    kind: ActionKind
    first_seen: datetime
    value: float


def empty_bars() -> pd.DataFrame:
    """Give a bars frame without rows."""
    return _empty(_DTYPES)


def empty_observed() -> pd.DataFrame:
    """Give an observed frame without rows."""
    return _empty(_OBSERVED_DTYPES)


def check_bars(frame: pd.DataFrame) -> pd.DataFrame:
    """Give `frame` back when it is a bars frame.

    Raises
    ------
    InvalidBarsError
        Names the first thing wrong: columns, dtypes, naive or unsorted or doubled times, NaN or negative
        prices, negative volume, high below low.
    """
    return _check(frame, _DTYPES)


def check_observed(frame: pd.DataFrame) -> pd.DataFrame:
    """Give `frame` back when it is an observed frame.

    Raises
    ------
    InvalidBarsError
        As `check_bars`.
    """
    return _check(frame, _OBSERVED_DTYPES)


def check_columns(frame: pd.DataFrame) -> None:
    """Look at the columns of an observed frame only, whatever its index is.

    Raises
    ------
    InvalidBarsError
        As `check_bars`, of columns, dtypes, prices and volume.
    """
    _check_dtypes(frame, _OBSERVED_DTYPES)
    _check_values(frame)


def _empty(dtypes: dict[str, str]) -> pd.DataFrame:
    index = pd.DatetimeIndex([], dtype=TS_DTYPE, name="ts")
    return pd.DataFrame({name: pd.Series(dtype=dtype, index=index) for name, dtype in dtypes.items()}, index=index)


def _check(frame: pd.DataFrame, dtypes: dict[str, str]) -> pd.DataFrame:
    _check_dtypes(frame, dtypes)
    _check_index(frame.index)
    _check_values(frame)
    return frame


def _check_dtypes(frame: pd.DataFrame, dtypes: dict[str, str]) -> None:
    arrived = {str(name): str(dtype) for name, dtype in frame.dtypes.items()}
    if arrived != dtypes:
        raise InvalidBarsError(f"Expected the columns {dtypes}, got {arrived}.")


def _check_index(index: pd.Index) -> None:
    if not isinstance(index, pd.DatetimeIndex) or str(index.dtype) != TS_DTYPE or index.name != "ts":
        raise InvalidBarsError(
            f"Expected an index named 'ts' of {TS_DTYPE}, got {index.name!r} of {index.dtype}. Times are UTC and aware."
        )
    if not index.is_monotonic_increasing:
        raise InvalidBarsError("Expected bars sorted by time; sort the frame by its index.")
    if not index.is_unique:
        raise InvalidBarsError(f"Two bars start at {index[index.duplicated()][0]}; each start may stand once.")


def _check_values(frame: pd.DataFrame) -> None:
    # Column by column: picking four columns as a frame costs more than all the checks together.
    prices = [frame[name].to_numpy() for name in PRICES]
    faults = {
        "a price that is no finite number above zero": ~np.logical_and.reduce([(p > 0) & (p < np.inf) for p in prices]),
        "a high below the low": prices[1] < prices[2],
        "a negative volume": frame["volume"].to_numpy() < 0,
    }
    for fault, rows in faults.items():
        if rows.any():
            at = int(rows.argmax())
            raise InvalidBarsError(f"The bar of {frame.index[at]} has {fault}: {frame.iloc[at].to_dict()}.")
