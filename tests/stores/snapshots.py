from collections.abc import Iterable
from pathlib import Path

from stockdash.stores import ReadStore
from stockdash.stores.parquet.snapshot import write_bars, write_manifest


def write_snapshot(store: ReadStore, folder: Path, symbols: Iterable[str]) -> int:
    """Bring a whole folder up to date, as an ingest run does bit by bit; give how many files of bars were written."""
    written = write_bars(store, folder, symbols)
    write_manifest(store, folder)
    return written
