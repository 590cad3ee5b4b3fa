"""Daily bars from a folder of CSV files, one for each symbol.

The folder is what the environment variable ``STOCKDASH_CSV_FOLDER`` names. Prices are on the share basis of the day on
which the file is read.
"""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pandas as pd

from stockdash import Facts, Fetched, ReportedAction, SourceUnavailableError, UnknownSymbolError

FOLDER = "STOCKDASH_CSV_FOLDER"

_PRICES = ["open", "high", "low", "close"]
_KINDS: dict[str, Literal["split", "dividend"]] = {"stock splits": "split", "dividends": "dividend"}


class CsvSource:
    """Reads a symbol's file at every question."""

    name = "CSV files"
    manners = None  # nobody is asked

    def __init__(self, clock: Callable[[], datetime]) -> None:
        """Keep `clock`, which gives the time in UTC."""
        if not os.environ.get(FOLDER):
            raise ValueError(f"{FOLDER} is not set; it names the folder with a CSV file for each symbol")
        self._clock = clock
        self._folder = Path(os.environ[FOLDER]).expanduser()

    def fetch(
        self, symbol: str, interval: Literal["30m", "1d"], *, start: datetime | None, end: datetime | None = None
    ) -> Fetched:
        """Give the daily bars from `start` to before `end`; there are no others."""
        rows = self._rows(symbol)
        if start is not None:
            rows = rows[rows.index >= start]
        if end is not None:
            rows = rows[rows.index < end]
        if interval != "1d":
            rows = rows[:0]
        bars = rows[_PRICES].assign(volume=rows["volume"].fillna(0).round().astype("int64"))
        return Fetched(bars, _actions(rows), self._clock())

    def facts(self, symbol: str) -> Facts:
        """Give the symbol's name: the files tell no more."""
        self._path(symbol)
        return Facts(name=symbol)

    def status(self) -> str:
        """Say nothing: the folder can always be asked."""
        return ""

    def _path(self, symbol: str) -> Path:
        path = self._folder / f"{symbol}.csv"
        if not path.is_file():
            raise UnknownSymbolError(f"There is no file {path}.", symbol=symbol)
        return path

    def _rows(self, symbol: str) -> pd.DataFrame:
        path = self._path(symbol)
        try:
            rows = pd.read_csv(path).rename(columns=str.lower)
            days = pd.to_datetime(rows["date"].astype("str").str[:10], format="%Y-%m-%d")
            rows = rows.set_axis(pd.DatetimeIndex(days, tz=UTC, name="ts").as_unit("us"))
            rows = rows.astype(dict.fromkeys([*_PRICES, "volume"], "float64"))
        except (OSError, ValueError, KeyError) as exc:
            raise SourceUnavailableError(
                f"{path} can't be read: {exc}. Expected the columns date, open, high, low, close and volume.",
                symbol=symbol,
            ) from exc
        return rows.dropna(subset=_PRICES).sort_index()


def _actions(rows: pd.DataFrame) -> tuple[ReportedAction, ...]:
    return tuple(
        ReportedAction(day, kind, float(value))
        for column, kind in _KINDS.items()
        if column in rows
        for day, value in zip(pd.DatetimeIndex(rows.index).date, rows[column], strict=True)
        if value > 0
    )
