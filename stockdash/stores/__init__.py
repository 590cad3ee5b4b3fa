"""The door to the stores: the contract that all of them keep and the function that opens one.

A store keeps what a source said and hands it back unchanged; what the numbers mean is not its business.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TypeVar

from stockdash.bars import Interval
from stockdash.errors import ReadOnlyStoreError, StoreUnavailableError
from stockdash.settings import Settings
from stockdash.stores.contract import (
    ANCHOR,
    LOOKED,
    Batch,
    Coverage,
    DistantStore,
    Event,
    EventKind,
    Lease,
    Picture,
    PictureStore,
    ReadStore,
    Run,
    Store,
    Written,
)

__all__ = [
    "ANCHOR",
    "LOOKED",
    "LOOKS",
    "MANY",
    "Batch",
    "Coverage",
    "DistantStore",
    "Event",
    "EventKind",
    "Lease",
    "Picture",
    "PictureStore",
    "ReadStore",
    "Run",
    "Store",
    "Written",
    "coverage_of",
    "open_store",
    "publish",
    "recent_stamp",
    "snapshot_folder",
    "steady",
    "writable",
]

Seen = TypeVar("Seen")

# A symbol changes once in minutes, so looking a few times always finds it at rest.
LOOKS = 10
# From here on a distant store is asked about everything at once.
MANY = 5


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
