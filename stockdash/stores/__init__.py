"""The door to the stores: the contract that all of them keep and the function that opens one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

import pandas as pd

from stockdash.bars import Action, Interval
from stockdash.symbols import Facts


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is stored of one symbol and interval.

    `first` and `last` are bar starts in UTC, `count` rows, `last_fetched` the newest `fetched_at`.
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
    """Something about the quality of one symbol's data that a user should be able to look up."""

    at: datetime
    symbol: str
    interval: Interval
    kind: EventKind
    detail: str


@dataclass(frozen=True, slots=True)
class Batch:
    """Everything that one symbol's ingest writes, in one transaction.

    `bars` holds observed frames; a row replaces the stored row of the same start. `actions` adds versions.
    """

    symbol: str
    bars: Mapping[Interval, pd.DataFrame] = field(default_factory=dict)
    actions: Sequence[Action] = ()
    events: Sequence[Event] = ()
    facts: Facts | None = None


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

    name: str

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
        """Give a small remembered text, such as the watchlist."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class Store(ReadStore, Protocol):
    """A store that can be written."""

    def write(self, batch: Batch, lease: Lease) -> Written:
        """Store the whole batch, or nothing of it.

        Raises
        ------
        LeaseLostError
            The lease has expired or was taken over.
        """
        ...

    def record_run(self, run: Run) -> None:
        """Remember an ingest run."""
        ...

    def set_state(self, key: str, value: str) -> None:
        """Remember a small text."""
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
