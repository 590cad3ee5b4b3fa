"""Values of the contract as the rows of a table, and back.

Times become whole microseconds since 1970 UTC, the unit of the bars' index, so nothing is rounded.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, fields
from datetime import UTC, date, datetime, timedelta
from itertools import chain, islice, repeat
from typing import Any, cast

import numpy as np
import pandas as pd

from stockdash.bars import COLUMNS, Action, check_columns, check_observed, empty_observed
from stockdash.errors import InvalidBarsError, StoreDamagedError
from stockdash.stores import Event, Run, Written
from stockdash.symbols import Facts

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

BarRow = tuple[Any, ...]

_TS = pd.DatetimeTZDtype("us", "UTC")

BAR_FIELDS = ("ts", *COLUMNS, "fetched_at", "final")
_BAR_ROW = np.dtype(
    [("ts", "i8"), *((name, "f8") for name in COLUMNS[:4]), ("volume", "i8"), ("fetched_at", "i8"), ("final", "?")]
)


def micros(moment: datetime) -> int:
    """Give an aware time as microseconds since 1970 UTC."""
    return (moment - EPOCH) // timedelta(microseconds=1)


def moment_of(value: int) -> datetime:
    """Give the UTC time of `micros`."""
    return EPOCH + timedelta(microseconds=value)


def starting_with(prefix: str) -> tuple[str, str]:
    """Give the first and the end of the texts that start with `prefix`, in the order of code points."""
    return (prefix, prefix + chr(0x10FFFF))


def bar_rows(frames: Sequence[tuple[str, pd.DataFrame]]) -> list[list[BarRow]]:
    """Give the rows (symbol, then `BAR_FIELDS`) of each symbol's observed frame.

    Raises
    ------
    InvalidBarsError
        A frame is no observed frame.
    """
    # 500 frames of one bar take 80 ms to check and unpack one by one, and 13 ms as one long frame.
    each = [frame for _, frame in frames]
    whole = pd.concat(each, ignore_index=True) if len(each) > 1 else each[0]
    if not _are_observed(each, whole):
        for frame in each:
            check_observed(frame)
    symbols = chain.from_iterable(repeat(symbol, len(frame)) for symbol, frame in frames)
    rows = zip(symbols, *_columns(_starts(each), whole), strict=True)
    return [list(islice(rows, len(frame))) for frame in each]


def _are_observed(frames: Sequence[pd.DataFrame], whole: pd.DataFrame) -> bool:
    if not all(frame.index.dtype == _TS and frame.index.name == "ts" for frame in frames):
        return False
    rises = np.diff(_starts(frames)) > 0
    seams = np.cumsum([len(frame) for frame in frames])[:-1]
    rises[seams[(seams > 0) & (seams < len(whole))] - 1] = True
    try:
        check_columns(whole)
    except InvalidBarsError:
        return False
    return bool(rises.all())


def _starts(frames: Sequence[pd.DataFrame]) -> np.ndarray:
    return np.concatenate([cast("pd.DatetimeIndex", frame.index).asi8 for frame in frames])


def _columns(starts: np.ndarray, bars: pd.DataFrame) -> list[list[Any]]:
    fetched_at = pd.DatetimeIndex(bars["fetched_at"].array).asi8
    columns = (starts, *(bars[name].to_numpy() for name in COLUMNS), fetched_at, bars["final"].to_numpy())
    return [column.tolist() for column in columns]


def bars_of(rows: Iterable[tuple[object, ...]], *, origin: str, newest_first: bool = False) -> pd.DataFrame:
    """Give the checked observed frame of rows of `BAR_FIELDS`; `origin` names their file in errors.

    Raises
    ------
    StoreDamagedError
        The rows are no bars.
    """
    try:
        records = np.fromiter(rows, _BAR_ROW)
        if not len(records):
            return empty_observed()
        return check_observed(_frame(records[::-1] if newest_first else records))
    except (TypeError, ValueError) as exc:
        raise StoreDamagedError(
            f"{origin} holds bars that can't be right: {exc} Rename it to start afresh: everything is fetched again."
        ) from exc


def _frame(records: np.ndarray) -> pd.DataFrame:
    columns: dict[str, object] = {name: records[name].copy() for name in COLUMNS}
    columns["fetched_at"] = _times(records["fetched_at"]).array
    columns["final"] = records["final"].copy()
    return pd.DataFrame(columns, index=_times(records["ts"]).rename("ts"), copy=False)


def _times(values: np.ndarray) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(values.astype("M8[us]"), tz="UTC")


def action_row(symbol: str, action: Action) -> tuple[object, ...]:
    """Give (symbol, ex_date, kind, first_seen, value)."""
    return (symbol, action.ex_date.isoformat(), action.kind, micros(action.first_seen), action.value)


def actions_of(rows: Iterable[Sequence[Any]]) -> Iterator[Action]:
    """Give the actions of rows (ex_date, kind, first_seen, value)."""
    for ex_date, kind, first_seen, value in rows:
        yield Action(date.fromisoformat(ex_date), kind, moment_of(first_seen), value)


def event_row(event: Event) -> tuple[object, ...]:
    """Give (at, symbol, interval, kind, detail)."""
    return (micros(event.at), event.symbol, event.interval or "", event.kind, event.detail)


def event_of(row: Sequence[Any]) -> Event:
    """Give the event of an `event_row`."""
    at, symbol, interval, kind, detail = row
    return Event(moment_of(at), symbol, interval or None, kind, detail)


def run_row(run: Run) -> tuple[object, ...]:
    """Give (started_at, finished_at, holder, inserted, updated, unchanged, failed)."""
    counts = (run.written.inserted, run.written.updated, run.written.unchanged)
    return (micros(run.started_at), micros(run.finished_at), run.holder, *counts, json.dumps(dict(run.failed)))


def run_of(row: Sequence[Any]) -> Run:
    """Give the run of a `run_row`."""
    started_at, finished_at, holder, inserted, updated, unchanged, failed = row
    written = Written(inserted, updated, unchanged)
    return Run(moment_of(started_at), moment_of(finished_at), holder, written, json.loads(failed))


def facts_text(facts: Facts) -> str:
    """Give the facts as JSON."""
    return json.dumps(asdict(facts), sort_keys=True)


def facts_of(text: str) -> Facts:
    """Give the facts of `facts_text`; what a later version added is left out."""
    known = {field.name for field in fields(Facts)}
    return Facts(**{name: value for name, value in json.loads(text).items() if name in known})
