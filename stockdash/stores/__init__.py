"""The door to the stores: the contract that all of them keep and the function that opens one.

A store keeps what a source said and hands it back unchanged; what the numbers mean is not its business.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Literal, Protocol, TypeVar, runtime_checkable

import pandas as pd

from stockdash.bars import Action, Interval
from stockdash.errors import ReadOnlyStoreError, StoreUnavailableError
from stockdash.settings import Settings
from stockdash.symbols import Facts

Seen = TypeVar("Seen")

# A symbol changes once in minutes, so looking a few times always finds it at rest.
LOOKS = 10
# From here on a distant store is asked about everything at once.
MANY = 5


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is stored of one symbol and interval.

    `first` and `last` are bar starts in UTC, `count` rows, `last_fetched` the newest `fetched_at` ever written.
    """

    first: datetime
    last: datetime
    count: int
    last_fetched: datetime


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to write, until it expires. `token` grows with every holder; a write with an old one is refused."""

    name: str
    holder: str
    token: int
    expires_at: datetime


EventKind = Literal["restated", "rebased", "implausible", "action", "damaged"]


@dataclass(frozen=True, slots=True)
class Event:
    """Something about the quality of one symbol's data that a user should be able to look up.

    An `interval` of None means all of the symbol, an empty `symbol` the whole store.
    """

    at: datetime
    symbol: str
    interval: Interval | None
    kind: EventKind
    detail: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that one symbol's ingest writes, in one transaction.

    `bars` holds observed frames; a row replaces the stored row of the same start. `actions` adds versions.
    `facts` replaces the stored facts, None leaves them. `states` are small texts to remember with all that, by key;
    they alone change no stamp.
    """

    symbol: str
    bars: Mapping[Interval, pd.DataFrame] = field(default_factory=dict)
    actions: Sequence[Action] = ()
    events: Sequence[Event] = ()
    facts: Facts | None = None
    states: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Written:
    """How many bar rows a write inserted, updated and found unchanged."""

    inserted: int = 0
    updated: int = 0
    unchanged: int = 0

    def __add__(self, other: "Written") -> "Written":
        return Written(self.inserted + other.inserted, self.updated + other.updated, self.unchanged + other.unchanged)


@dataclass(frozen=True, slots=True)
class Run:
    """One ingest run that has ended. `failed` maps a symbol to the reason."""

    started_at: datetime
    finished_at: datetime
    holder: str
    written: Written
    failed: Mapping[str, str]


class ReadStore(Protocol):
    """The reading half. Every method may be called from any thread and raises `StoreError`."""

    @property
    def name(self) -> str:
        """What and where the store is, for messages."""
        ...

    @property
    def notices(self) -> tuple[str, ...]:
        """What the user has to know about the store's files, such as a damaged one that was set aside."""
        ...

    def symbols(self) -> tuple[str, ...]:
        """Give every symbol with at least one bar, sorted."""
        ...

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
        ...

    def actions(self, symbol: str) -> tuple[Action, ...]:
        """Give every version of every corporate action, sorted."""
        ...

    def coverage(self, symbol: str, interval: Interval) -> Coverage | None:
        """Tell what is stored, or None for nothing."""
        ...

    def stamp(self, symbol: str) -> str:
        """Give a text that changes whenever anything that is stored of the symbol changes: a cache key."""
        ...

    def facts(self, symbol: str) -> Facts | None:
        """Tell what the symbol is, or None when nobody has said."""
        ...

    def events(self, symbol: str | None = None, *, last: int = 100) -> tuple[Event, ...]:
        """Give the newest events, newest first."""
        ...

    def runs(self, *, last: int = 20) -> tuple[Run, ...]:
        """Give the newest ingest runs, newest first."""
        ...

    def state(self, key: str) -> str | None:
        """Give a small remembered text, or None."""
        ...

    def states(self, prefix: str) -> Mapping[str, str]:
        """Give every remembered text whose key starts with `prefix`, sorted by key; one look at one moment.

        A list that several people change at once is kept as one key per entry, so that no change is lost.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """What a chart of one symbol is drawn from, as of one moment.

    Of daily bars, `intraday` holds the half hours after the last final one; of half hours, `daily` holds the days
    from two weeks before the first.
    """

    daily: pd.DataFrame
    intraday: pd.DataFrame
    actions: tuple[Action, ...]


@runtime_checkable
class PictureStore(Protocol):
    """A store that gives all of a chart at once, as it is far away and each request takes its time."""

    def picture(
        self, symbol: str, interval: Interval, *, start: datetime | None = None, last: int | None = None
    ) -> Picture:
        """Give what a chart of the bars from `start` on, or of the `last` of them, is drawn from."""
        ...


@runtime_checkable
class DistantStore(Protocol):
    """A store that answers about many symbols in one request, as it is far away."""

    def recent_stamp(self, symbol: str) -> str:
        """Give `stamp` as it was at most a second ago; what this process wrote since then is in it."""
        ...

    def coverages(self) -> Mapping[tuple[str, Interval], Coverage]:
        """Tell what is stored, of everything that is."""
        ...


@runtime_checkable
class Store(ReadStore, Protocol):
    """A store that can be written."""

    def write(self, batch: Batch, lease: Lease) -> Written:
        """Store the whole batch, or nothing of it.

        Raises
        ------
        InvalidBarsError
            A frame is no observed frame.
        LeaseLostError
            The lease has expired or was taken over.
        """
        ...

    def write_all(self, batches: Sequence[Batch], lease: Lease) -> Written:
        """Store all batches in one transaction, or nothing of them; raises as `write`.

        Cheaper than many writes, as the disk is waited for once. Hand over some 50 symbols at a time.
        """
        ...

    def record_run(self, run: Run) -> None:
        """Remember an ingest run."""
        ...

    def set_state(self, key: str, value: str | None) -> None:
        """Remember a small text, or forget it with None; needs no lease."""
        ...

    def acquire(self, name: str, holder: str, ttl_seconds: float) -> Lease | None:
        """Take the lease if nobody holds it, else give None."""
        ...

    def renew(self, lease: Lease, ttl_seconds: float) -> Lease | None:
        """Prolong the lease, or give None when it is lost."""
        ...

    def release(self, lease: Lease) -> None:
        """Give the lease back; a lost one is left alone."""
        ...

    def lease(self, name: str) -> Lease | None:
        """Tell who holds the lease, or None."""
        ...

    def leases(self, prefix: str) -> tuple[Lease, ...]:
        """Give every lease that somebody holds and whose name starts with `prefix`, sorted by name."""
        ...


def open_store(settings: Settings) -> ReadStore:
    """Open the store that the settings name; demo bars are kept apart from real ones.

    Raises
    ------
    StoreError
        The store can't be opened, or is from a newer stockdash.
    """
    if settings.stockdash_store == "parquet":
        from stockdash.stores.parquet import ParquetStore  # noqa: PLC0415 - pyarrow is slow to import

        return ParquetStore(snapshot_folder(settings))
    if settings.stockdash_store == "supabase":
        from stockdash.stores.supabase.opening import open_project  # noqa: PLC0415 - its client is slow to import

        return open_project(settings)
    from stockdash.stores.sqlite import SqliteStore  # noqa: PLC0415 - a reader of snapshots needs no SQLite

    return SqliteStore(settings.stockdash_data_dir / settings.own_folder / "stockdash.db")


def writable(store: ReadStore) -> Store:
    """Give `store` back when it can be written.

    Raises
    ------
    ReadOnlyStoreError
        It only reads.
    """
    if isinstance(store, Store):
        return store
    raise ReadOnlyStoreError(
        f"{store.name} only reads. Ingest where it can be written: with STOCKDASH_STORE=sqlite, which refreshes the "
        "snapshots after each run, or with the SUPABASE_SERVICE_ROLE_KEY."
    )


def snapshot_folder(settings: Settings) -> Path:
    """Give the folder whose snapshots are written, or read when STOCKDASH_STORE=parquet."""
    return settings.snapshots / settings.own_folder


def publish(store: ReadStore, settings: Settings, symbols: Sequence[str]) -> None:
    """Refresh the snapshots of `symbols`, to be called under their ingest lease; with none, what all have in common.

    Of a distant store only where the settings name a folder: everything that changed is read back for them.

    Raises
    ------
    StoreError
        The store can't be read, or the folder can't be written.
    """
    if isinstance(store, DistantStore) and settings.stockdash_snapshots is None:
        return
    from stockdash.stores.parquet import snapshot  # noqa: PLC0415 - pyarrow is slow to import

    if symbols:
        snapshot.write_bars(store, snapshot_folder(settings), symbols)
    else:
        snapshot.write_manifest(store, snapshot_folder(settings))


def write_snapshot(store: ReadStore, folder: Path, symbols: Iterable[str]) -> int:
    """Bring the Parquet files of `symbols` up to date and give how many were written; nothing new writes none.

    Symbols that are not named keep the files they have. Several processes may write one folder, best each its own
    symbols: two that write the same ones do it twice.

    Raises
    ------
    StoreError
        The store can't be read, or the folder can't be written; every file is whole, old or new.
    """
    from stockdash.stores.parquet import snapshot  # noqa: PLC0415 - pyarrow is slow to import

    return snapshot.write_snapshot(store, folder, symbols)


def recent_stamp(store: ReadStore, symbol: str) -> str:
    """Give the stamp to keep an answer by; of a distant store it may be a second old."""
    return store.recent_stamp(symbol) if isinstance(store, DistantStore) else store.stamp(symbol)


def coverage_of(store: ReadStore, symbols: Sequence[str]) -> Callable[[str, Interval], Coverage | None]:
    """Give what tells the coverage of `symbols`: of a distant store with one request when they are many."""
    if len(symbols) < MANY or not isinstance(store, DistantStore):
        return store.coverage
    stored = store.coverages()
    return lambda symbol, interval: stored.get((symbol, interval))


def steady(store: ReadStore, symbol: str, look: Callable[[], Seen]) -> Seen:
    """Give what `look` reads of one symbol when no write came between its reads.

    Raises
    ------
    StoreUnavailableError
        The symbol changed during each of ten looks.
    """
    for _ in range(LOOKS):
        before = store.stamp(symbol)
        seen = look()
        if store.stamp(symbol) == before:
            return seen
    raise StoreUnavailableError(f"{symbol} in {store.name} kept changing while it was read. Try again.")
