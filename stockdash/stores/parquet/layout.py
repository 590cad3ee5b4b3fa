"""How a snapshot folder looks, and one of its files as bytes.

``1d/<symbol>.parquet`` and ``30m/<symbol>.parquet`` hold the observed bars, so that pandas, polars and DuckDB
open them as they are; what a table can't hold (corporate actions, facts) is JSON in the Parquet metadata under
``stockdash``. ``manifest.json`` holds the remembered texts, such as the watchlist, and the newest events and runs.
"""

import errno
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from stockdash.bars import Action, Interval
from stockdash.errors import StoreDamagedError, StoreTooNewError, StoreUnavailableError
from stockdash.stores import Coverage, Event, Run
from stockdash.stores.rows import (
    action_row,
    actions_of,
    event_of,
    event_row,
    facts_of,
    facts_text,
    micros,
    moment_of,
    run_of,
    run_row,
)
from stockdash.symbols import Facts, file_stem

VERSION = 1
METADATA_KEY = b"stockdash"


@dataclass(frozen=True, slots=True)
class Head:
    """What a bars file says about its symbol. `stamp` is that of the store it was taken from."""

    symbol: str
    stamp: str
    coverage: Coverage | None = None
    actions: tuple[Action, ...] = ()
    facts: Facts | None = None


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a snapshot folder holds beside the bars."""

    state: Mapping[str, str] = field(default_factory=dict)
    events: Sequence[Event] = ()
    runs: Sequence[Run] = ()


def bars_path(folder: Path, symbol: str, interval: Interval) -> Path:
    """Give the file of a symbol's bars."""
    return folder / interval / f"{file_stem(symbol)}.parquet"


def manifest_path(folder: Path) -> Path:
    """Give the file of the manifest."""
    return folder / "manifest.json"


def pack_bars(head: Head, bars: pd.DataFrame) -> bytes:
    """Give the content of a bars file."""
    table = pa.Table.from_pandas(bars)
    written = io.BytesIO()
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, METADATA_KEY: _head_text(head)}), written)
    return written.getvalue()


def unpack_bars(path: Path, content: bytes) -> pd.DataFrame:
    """Give the bars in the content of a bars file, unchecked; raises as `unpack_head`."""
    unpack_head(path, content)
    try:
        bars: pd.DataFrame = pq.ParquetFile(pa.BufferReader(content)).read(use_threads=False).to_pandas()
    except (pa.ArrowException, OSError, ValueError, KeyError) as exc:
        raise _damaged(path, exc) from exc
    return bars


def unpack_head(path: Path, content: bytes) -> Head:
    """Give what the content of a bars file says; `path` names it in errors.

    Raises
    ------
    StoreDamagedError
        It is no bars file.
    StoreTooNewError
        It was written by a newer stockdash.
    """
    try:
        metadata = pq.read_metadata(pa.BufferReader(content)).metadata or {}
        head = _read(path, metadata[METADATA_KEY])
        return Head(
            head["symbol"],
            head["stamp"],
            head["coverage"] and _coverage_of(*head["coverage"]),
            tuple(actions_of(head["actions"])),
            head["facts"] and facts_of(head["facts"]),
        )
    except (pa.ArrowException, OSError, ValueError, KeyError, TypeError) as exc:
        raise _damaged(path, exc) from exc


def pack_manifest(manifest: Manifest) -> bytes:
    """Give the content of the manifest file."""
    content = {
        "version": VERSION,
        "state": dict(manifest.state),
        "events": [event_row(event) for event in manifest.events],
        "runs": [run_row(run) for run in manifest.runs],
    }
    return json.dumps(content, indent=1).encode()


def unpack_manifest(path: Path, content: bytes) -> Manifest:
    """Give the manifest in the content of its file; raises as `unpack_head`."""
    try:
        read = _read(path, content)
        return Manifest(
            dict(read["state"]),
            tuple(event_of(row) for row in read["events"]),
            tuple(run_of(row) for row in read["runs"]),
        )
    except (ValueError, KeyError, TypeError) as exc:
        raise _damaged(path, exc) from exc


def content_of(path: Path) -> bytes:
    """Give what is in a file.

    Raises
    ------
    FileNotFoundError
        There is none.
    StoreUnavailableError
        It can't be read.
    """
    try:
        return path.read_bytes()
    except OSError as exc:
        # No file can have a name that is too long either.
        if exc.errno in {errno.ENOENT, errno.ENAMETOOLONG}:
            raise FileNotFoundError from exc
        raise StoreUnavailableError(f"{path} can't be read: {exc}.") from exc


def _head_text(head: Head) -> bytes:
    covered = head.coverage
    content = {
        "version": VERSION,
        "symbol": head.symbol,
        "stamp": head.stamp,
        "coverage": covered
        and (micros(covered.first), micros(covered.last), covered.count, micros(covered.last_fetched)),
        "actions": [action_row(head.symbol, action)[1:] for action in head.actions],
        "facts": head.facts and facts_text(head.facts),
    }
    return json.dumps(content).encode()


def _coverage_of(first: int, last: int, count: int, last_fetched: int) -> Coverage:
    return Coverage(moment_of(first), moment_of(last), count, moment_of(last_fetched))


def _read(path: Path, content: bytes) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(content)
    if read["version"] > VERSION:
        raise StoreTooNewError(
            f"{path} was written by a newer stockdash (snapshot version {read['version']}; this one knows {VERSION}). "
            "Upgrade with: pip install -U stockdash."
        )
    return read


def _damaged(path: Path, cause: Exception) -> StoreDamagedError:
    return StoreDamagedError(
        f"{path} is damaged ({cause}). Other symbols can be read; the next ingest that writes snapshots replaces it."
    )
