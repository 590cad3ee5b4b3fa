"""Writing a snapshot folder: what a store holds as files for analysts and for pages that only read.

Several processes may write one folder. A symbol's files have one writer at a time, as each symbol has one ingesting
process; the manifest has many. Nobody locks anything: whoever wrote looks at the store again, and writes once more
if it says something newer by then. So the last one to write leaves what the store holds.
"""

import time
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

from stockdash.atomic import PART, replace_file
from stockdash.bars import INTERVALS, Interval
from stockdash.errors import StoreDamagedError, StoreTooNewError, StoreUnavailableError
from stockdash.stores import LOOKS, ReadStore, steady
from stockdash.stores.parquet.layout import (
    Head,
    Manifest,
    bars_path,
    content_of,
    manifest_path,
    pack_bars,
    pack_manifest,
    unpack_head,
)

EVENTS = 1_000
# Longer than anybody takes to write one file.
_LEFT_BEHIND = timedelta(hours=1)


def write_bars(store: ReadStore, folder: Path, symbols: Iterable[str]) -> int:
    """Write the files of `symbols` that are not up to date, and give how many.

    Symbols that are not named keep the files they have. Several processes may write one folder, best each its own
    symbols: two that write the same ones do it twice.

    Raises
    ------
    StoreError
        The store can't be read, or the folder can't be written; every file is whole, old or new.
    """
    _prepare(folder)
    return sum(_refresh(store, folder, symbol) for symbol in symbols)


def write_manifest(store: ReadStore, folder: Path) -> None:
    """Write what the store remembers beside the bars: states, events and runs; raises as `write_bars`."""
    _prepare(folder)
    path = manifest_path(folder)
    for _ in range(LOOKS):
        content = pack_manifest(Manifest(store.states(""), store.events(last=EVENTS), store.runs()))
        if path.exists() and content_of(path) == content:
            break
        replace_file(path, content)


def _prepare(folder: Path) -> None:
    """Make the folders, and take away what processes that were killed left half written."""
    try:
        for place in (folder, *(folder / interval for interval in INTERVALS)):
            place.mkdir(parents=True, exist_ok=True)
            for part in place.glob(f"*{PART}"):
                with suppress(FileNotFoundError):
                    if time.time() - part.stat().st_mtime > _LEFT_BEHIND.total_seconds():
                        part.unlink()
    except OSError as exc:
        raise StoreUnavailableError(f"The snapshot folder {folder} can't be written: {exc}.") from exc


def _refresh(store: ReadStore, folder: Path, symbol: str) -> int:
    """Write the symbol's files until they are what the store holds, and give how many were written."""
    written = 0
    for _ in range(LOOKS):
        stamp = store.stamp(symbol)
        covered = [interval for interval in INTERVALS if store.coverage(symbol, interval)]
        if all(_is_current(folder, symbol, interval, stamp) for interval in covered):
            break
        contents = steady(store, symbol, lambda: _contents(store, symbol))
        # The daily file comes first, as it is the one whose actions are read: older bars stay right beside newer
        # actions, newer bars beside older actions would not.
        for interval, content in contents.items():
            replace_file(bars_path(folder, symbol, interval), content)
        written += len(contents)
    return written


def _contents(store: ReadStore, symbol: str) -> dict[Interval, bytes]:
    """Give the content of the daily file, if need be without rows, and of the 30-minute one if there are bars."""
    covered = {interval: store.coverage(symbol, interval) for interval in INTERVALS}
    stamp, actions, facts = store.stamp(symbol), store.actions(symbol), store.facts(symbol)
    return {
        interval: pack_bars(Head(symbol, stamp, covered[interval], actions, facts), store.read(symbol, interval))
        for interval in INTERVALS
        if covered[interval] or (interval == "1d" and any(covered.values()))
    }


def _is_current(folder: Path, symbol: str, interval: Interval, stamp: str) -> bool:
    path = bars_path(folder, symbol, interval)
    try:
        return unpack_head(path, content_of(path)).stamp == stamp
    except (FileNotFoundError, StoreDamagedError, StoreTooNewError):
        return False
