"""The contract that all stores keep: what is handed in and out, and the protocols."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

import pandas as pd

from stockdash.bars import Action, Interval
from stockdash.symbols import Facts

# Starts of the keys of states that tell of a symbol's bars, and of nothing where those are lost.
LOOKED, ANCHOR = "looked:", "anchor:"


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
