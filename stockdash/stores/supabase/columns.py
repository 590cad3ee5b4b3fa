"""Frames and lists as the texts that stand for columns in the database's functions, and back.

An array goes out as PostgreSQL writes one (``{1,2}``): every gateway hands that on as it is, while some turn arrays
of JSON into something else, or read its numbers as doubles. Times are microseconds since 1970 UTC.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import orjson
import pandas as pd
from numpy.typing import NDArray

from stockdash.bars import COLUMNS, PRICES, Interval, check_observed
from stockdash.errors import InvalidBarsError, StoreDamagedError
from stockdash.stores import Batch
from stockdash.stores.rows import action_row, event_row, facts_text

MICROS_PER_DAY = 86_400_000_000

Columns = Mapping[str, str | None]


def parameters_of(batches: Sequence[Batch]) -> dict[str, str]:
    """Give the parameters of ``write_batches`` that hold the batches.

    Raises
    ------
    InvalidBarsError
        A frame is no observed frame, or a daily bar does not start at midnight UTC.
    """
    frames = [
        (batch.symbol, interval, check_observed(frame))
        for batch in batches
        for interval, frame in batch.bars.items()
        if len(frame)
    ]
    for symbol, interval, frame in frames:
        if interval == "1d":
            _check_days(symbol, frame)
    return {
        "p_ticker": texts(symbol for symbol, _, _ in frames),
        "p_interval": texts(interval for _, interval, _ in frames),
        "p_rows": numbers(np.array([len(frame) for _, _, frame in frames], dtype=np.int64)),
        **_bar_columns([frame for _, _, frame in frames]),
        **_row_columns(
            ("p_action_ticker", "p_action_ex_date", "p_action_kind", "p_action_first_seen", "p_action_value"),
            [action_row(batch.symbol, action) for batch in batches for action in batch.actions],
        ),
        **_row_columns(
            ("p_facts_ticker", "p_facts"),
            [(batch.symbol, facts_text(batch.facts)) for batch in batches if batch.facts is not None],
        ),
        **_row_columns(
            ("p_event_at", "p_event_ticker", "p_event_interval", "p_event_kind", "p_event_detail"),
            [event_row(event) for batch in batches for event in batch.events],
        ),
        **_row_columns(
            ("p_state_key", "p_state_value"), {k: (k, v) for b in batches for k, v in b.states.items()}.values()
        ),
    }


def bars_of(columns: Columns, interval: Interval, *, origin: str) -> pd.DataFrame:
    """Give the checked observed frame of columns that are newest first.

    Raises
    ------
    StoreDamagedError
        They are no bars; `origin` names the store.
    """
    try:
        return check_observed(_frame(columns, interval))
    except (InvalidBarsError, ValueError, KeyError, TypeError) as exc:
        raise StoreDamagedError(
            f"{origin} holds bars that can't be right: {exc} Delete them there: they are fetched again."
        ) from exc


def numbers(values: NDArray[np.generic]) -> str:
    """Give numbers as a PostgreSQL array."""
    listed = orjson.dumps(np.ascontiguousarray(values), option=orjson.OPT_SERIALIZE_NUMPY)
    return f"{{{listed[1:-1].decode()}}}"


def texts(values: Iterable[object]) -> str:
    """Give texts as a PostgreSQL array."""
    return f"{{{','.join(_quoted(str(value)) for value in values)}}}"


def _check_days(symbol: str, frame: pd.DataFrame) -> None:
    stray = pd.DatetimeIndex(frame.index).asi8 % MICROS_PER_DAY != 0
    if stray.any():
        start = frame.index[int(stray.argmax())]
        raise InvalidBarsError(f"A daily bar of {symbol} starts at {start}; expected midnight UTC of its session.")


def _bar_columns(frames: Sequence[pd.DataFrame]) -> dict[str, str]:
    def joined(columns: Iterable[NDArray[np.generic]]) -> NDArray[np.generic]:
        parts = list(columns)
        return np.concatenate(parts) if parts else np.array([], dtype=np.int64)

    final = joined(frame["final"].to_numpy() for frame in frames)
    return {
        "p_ts": numbers(joined(pd.DatetimeIndex(frame.index).asi8 for frame in frames)),
        **{f"p_{name}": numbers(joined(frame[name].to_numpy() for frame in frames)) for name in COLUMNS},
        "p_fetched_at": numbers(joined(pd.DatetimeIndex(frame["fetched_at"]).asi8 for frame in frames)),
        "p_final": f"{{{','.join(np.where(final, 't', 'f').tolist())}}}",
    }


def _row_columns(names: Sequence[str], rows: Iterable[Sequence[object]]) -> dict[str, str]:
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return {name: texts(column) for name, column in zip(names, columns, strict=True)}


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _frame(columns: Columns, interval: Interval) -> pd.DataFrame:
    final = np.frombuffer((columns["final"] or "").encode(), dtype=np.uint8)[::-1] == ord("1")
    starts = _numbers(columns["ny_date"] if interval == "1d" else columns["ts_utc"], np.int64)
    bars: dict[str, object] = {name: _numbers(columns[name], np.float64) for name in PRICES}
    bars["volume"] = _numbers(columns["volume"], np.int64)
    bars["fetched_at"] = _times(_numbers(columns["fetched_at"], np.int64)).array
    bars["final"] = final
    index = _times(starts * MICROS_PER_DAY if interval == "1d" else starts)
    return pd.DataFrame(bars, index=index.rename("ts"), copy=False)


def _numbers(text: str | None, dtype: type[np.generic]) -> NDArray[np.generic]:
    return np.fromstring(text or "", dtype=dtype, sep=",")[::-1].copy()


def _times(values: NDArray[np.generic]) -> pd.DatetimeIndex:
    return pd.DatetimeIndex(values.astype("M8[us]"), tz="UTC")
