"""Values that the tests of the stores write: small frames whose every number tells which write they are from."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd

from stockdash.bars import TS_DTYPE, Action, Interval
from stockdash.stores import Batch, Event, Lease, ReadStore, Run, Store, Written
from stockdash.symbols import Facts

NOW = datetime(2024, 6, 10, 20, 30, tzinfo=UTC)
STEP: dict[Interval, timedelta] = {"1d": timedelta(days=1), "30m": timedelta(minutes=30)}


TTL = 120.0
FACTS = Facts(name="NVIDIA", currency="USD", shares_outstanding=24_600_000_000)
EVENT = Event(NOW, "NVDA", "1d", "restated", "3 bars")
RUN = Run(NOW, NOW + timedelta(seconds=5), "worker", Written(3, 2, 1), {"XYZ": "unknown"})


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now

    def advance(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def observed(count: int, *, close: float = 10.0, interval: Interval = "1d", start=datetime(2024, 1, 2, tzinfo=UTC)):
    """Give an observed frame of `count` bars in a row, all alike."""
    starts = pd.DatetimeIndex([start + STEP[interval] * at for at in range(count)], dtype=TS_DTYPE, name="ts")
    columns = {
        **{name: np.full(count, close) for name in ("open", "high", "low", "close")},
        "volume": np.full(count, 100, dtype="int64"),
        "fetched_at": pd.DatetimeIndex([NOW] * count, dtype=TS_DTYPE).array,
        "final": np.ones(count, dtype=bool),
    }
    return pd.DataFrame(columns, index=starts)


def dividend(value: float, *, first_seen: datetime = NOW) -> Action:
    return Action(date(2024, 3, 1), "dividend", first_seen, value)


def whole_write(number: int, *, symbol: str = "NVDA") -> Batch:
    """Give a batch of which every part says `number`."""
    bars: dict[Interval, pd.DataFrame] = {
        "1d": observed(300, close=float(number)),
        "30m": observed(100, close=float(number), interval="30m"),
    }
    return Batch(symbol, bars, actions=[dividend(float(number))])


def numbers_seen(store: ReadStore, symbol: str = "NVDA") -> set[float]:
    """Give every number that is in one picture of the store: one, unless a write was seen half done."""
    closes = {*store.read(symbol, "1d")["close"], *store.read(symbol, "30m")["close"]}
    return closes | {action.value for action in store.actions(symbol)}


def hold(store: Store) -> Lease:
    lease = store.acquire("ingest", "tester", TTL)
    assert lease is not None
    return lease


def fill(store: Store, *batches: Batch, state: Mapping[str, str] | None = None, runs: Sequence[Run] = ()) -> Store:
    store.write_all(batches, store.lease("ingest") or hold(store))
    for key, value in (state or {}).items():
        store.set_state(key, value)
    for run in runs:
        store.record_run(run)
    return store


def varied(count: int) -> pd.DataFrame:
    """Give bars that differ, with values that only survive exact storage."""
    bars = observed(count)
    bars["close"] += [0.1 * (at % 7) for at in range(count)]
    bars["high"] = bars["close"] + 1 / 3
    bars["volume"] = [2**53 + at for at in range(count)]
    bars["final"] = [at != count - 1 for at in range(count)]
    return bars
