"""Writing a snapshot folder: what a store holds as files for analysts and for pages that only read."""

from collections.abc import Iterable
from pathlib import Path

from stockdash.bars import INTERVALS, Interval
from stockdash.errors import StoreDamagedError, StoreTooNewError
from stockdash.stores import ReadStore, steady
from stockdash.stores.parquet.layout import (
    Head,
    Manifest,
    bars_path,
    content_of,
    manifest_path,
    pack_bars,
    pack_manifest,
    replace,
    unpack_head,
)

EVENTS = 1_000


def write_snapshot(store: ReadStore, folder: Path, symbols: Iterable[str]) -> int:
    """Do what `stockdash.stores.write_snapshot` says."""
    written = sum(_refresh(store, folder, symbol) for symbol in symbols)
    content = pack_manifest(Manifest(store.states(""), store.events(last=EVENTS), store.runs()))
    path = manifest_path(folder)
    if not path.exists() or content_of(path) != content:
        replace(path, content)
    return written


def _refresh(store: ReadStore, folder: Path, symbol: str) -> int:
    stamp = store.stamp(symbol)
    if all(_is_current(folder, symbol, interval, stamp) for interval in INTERVALS if store.coverage(symbol, interval)):
        return 0
    contents = steady(store, symbol, lambda: _contents(store, symbol))
    # The daily file comes first, as it is the one whose actions are read: older bars stay right beside newer
    # actions, newer bars beside older actions would not.
    for interval, content in contents.items():
        replace(bars_path(folder, symbol, interval), content)
    return len(contents)


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
