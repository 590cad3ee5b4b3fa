"""The read-only store: a folder of Parquet snapshots that somebody else fills. It never writes anything.

A damaged or too new file concerns its own symbol alone: reading that one raises an error that names the file, and
`ParquetStore.notices` says so until a whole file has taken its place. Without a whole manifest there are no events,
no runs and no remembered texts.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TypeVar

import pandas as pd

from stockdash.bars import INTERVALS, Action, Interval, check_observed, empty_observed
from stockdash.errors import InvalidBarsError, InvalidSymbolError, StoreDamagedError, StoreError, StoreTooNewError
from stockdash.stores import Coverage, Event, Run
from stockdash.stores.parquet.layout import (
    Head,
    Manifest,
    bars_path,
    content_of,
    manifest_path,
    unpack_bars,
    unpack_head,
    unpack_manifest,
)
from stockdash.symbols import Facts, symbol_of_stem

Unpacked = TypeVar("Unpacked")


class ParquetStore:
    """The snapshots in `folder`, which may still be empty or missing and may be filled at any time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._faults: dict[Path, str] = {}
        self._known: tuple[str, Manifest] = ("", Manifest())

    @property
    def name(self) -> str:
        """The folder, for messages."""
        return f"The snapshot folder {self._folder}"

    @property
    def notices(self) -> tuple[str, ...]:
        """The files that could not be read when they were last asked for, or that there are none yet."""
        if not self._folder.is_dir():
            return (f"There is no snapshot folder {self._folder} yet. Fill it with: stockdash ingest",)
        return tuple(self._faults.values())

    def symbols(self) -> tuple[str, ...]:
        """Give every symbol that has a file, sorted."""
        stems = {path.stem for interval in INTERVALS for path in (self._folder / interval).glob("*.parquet")}
        return tuple(sorted(filter(None, map(_symbol_of, stems))))

    def read(
        self,
        symbol: str,
        interval: Interval,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        last: int | None = None,
    ) -> pd.DataFrame:
        """Give the observed frame of the bars that start in ``[start, end)``, or only the `last` of them."""
        bars = self._unpacked(bars_path(self._folder, symbol, interval), _checked_bars)
        if bars is None:
            return empty_observed()
        first = 0 if start is None else bars.index.searchsorted(pd.Timestamp(start))
        stop = len(bars) if end is None else max(first, bars.index.searchsorted(pd.Timestamp(end)))
        return bars.iloc[first if last is None else max(first, stop - last) : stop]

    def actions(self, symbol: str) -> tuple[Action, ...]:
        """Give every version of every corporate action, sorted."""
        head = self._head(symbol, "1d")
        return head.actions if head else ()

    def coverage(self, symbol: str, interval: Interval) -> Coverage | None:
        """Tell what is stored, or None for nothing."""
        head = self._head(symbol, interval)
        return head.coverage if head else None

    def stamp(self, symbol: str) -> str:
        """Give a text that changes whenever a file of the symbol was replaced."""
        return "/".join(_identity(bars_path(self._folder, symbol, interval)) for interval in INTERVALS)

    def facts(self, symbol: str) -> Facts | None:
        """Tell what the symbol is, or None when nobody has said."""
        head = self._head(symbol, "1d")
        return head.facts if head else None

    def events(self, symbol: str | None = None, *, last: int = 100) -> tuple[Event, ...]:
        """Give the newest events, newest first."""
        return tuple(event for event in self._manifest().events if symbol in {None, event.symbol})[:last]

    def runs(self, *, last: int = 20) -> tuple[Run, ...]:
        """Give the newest ingest runs, newest first."""
        return tuple(self._manifest().runs[:last])

    def state(self, key: str) -> str | None:
        """Give a small remembered text, or None."""
        return self._manifest().state.get(key)

    def states(self, prefix: str) -> Mapping[str, str]:
        """Give every remembered text whose key starts with `prefix`, sorted by key."""
        return {key: value for key, value in sorted(self._manifest().state.items()) if key.startswith(prefix)}

    def close(self) -> None:
        """Do nothing: no file stays open."""

    def _head(self, symbol: str, interval: Interval) -> Head | None:
        return self._unpacked(bars_path(self._folder, symbol, interval), unpack_head)

    def _manifest(self) -> Manifest:
        # It grows with the universe and is asked for at every run of a page.
        identity = _identity(manifest_path(self._folder))
        if self._known[0] != identity:
            self._known = (identity, self._read_manifest())
        return self._known[1]

    def _read_manifest(self) -> Manifest:
        try:
            return self._unpacked(manifest_path(self._folder), unpack_manifest) or Manifest()
        except (StoreDamagedError, StoreTooNewError):
            # Bars are worth more than the notes beside them; `notices` says what is wrong.
            return Manifest()

    def _unpacked(self, path: Path, unpack: Callable[[Path, bytes], Unpacked]) -> Unpacked | None:
        """Give what is in the file, or None when there is no file."""
        try:
            unpacked = unpack(path, content_of(path))
        except FileNotFoundError:
            return None
        except StoreError as exc:
            self._faults[path] = str(exc)
            raise
        self._faults.pop(path, None)
        return unpacked


def _checked_bars(path: Path, content: bytes) -> pd.DataFrame:
    try:
        return check_observed(unpack_bars(path, content))
    except InvalidBarsError as exc:
        raise StoreDamagedError(f"{path} holds bars that can't be right: {exc}") from exc


def _symbol_of(stem: str) -> str | None:
    try:
        return symbol_of_stem(stem)
    except InvalidSymbolError:
        # Somebody else's file.
        return None


def _identity(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:
        return "-"
    return f"{status.st_ino:x}.{status.st_mtime_ns:x}.{status.st_size:x}"
