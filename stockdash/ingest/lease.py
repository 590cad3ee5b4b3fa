"""Holding an ingest lease: taken for one run, prolonged by a thread of its own, given back at the end."""

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from uuid import uuid4

from stockdash.errors import LeaseTakenError, StoreError
from stockdash.ingest.shards import NAME, share_universe
from stockdash.market import NEW_YORK
from stockdash.sources import Clock, utc_now
from stockdash.stores import Lease, Store

# One may fail, and the next is still in time.
RENEWALS_A_LIFE = 3

log = logging.getLogger(__name__)


class HeldLease:
    """A lease that is being held; `lease` is what a write has to show."""

    def __init__(self, store: Store, lease: Lease, *, ttl_seconds: float) -> None:
        self.lease = lease
        self._store, self._ttl_seconds = store, ttl_seconds
        self._lost = threading.Event()
        self._released = threading.Event()

    @property
    def is_lost(self) -> bool:
        """Whether another process may write now, so that going on is of no use."""
        return self._lost.is_set()

    def renew(self) -> None:
        """Prolong the lease once; a store that fails to answer is asked again next time."""
        try:
            renewed = self._store.renew(self.lease, self._ttl_seconds)
        except StoreError as exc:
            log.warning("The ingest lease could not be prolonged: %s", exc)
            return
        if renewed is None:
            log.warning("Lost the ingest lease; stopping after the symbol that is going on")
            self._lost.set()

    def keep(self) -> None:
        """Prolong the lease at each third of its life until it is released or lost."""
        while not self._released.wait(self._ttl_seconds / RENEWALS_A_LIFE) and not self.is_lost:
            self.renew()

    def release(self) -> None:
        """Give the lease back; if the store fails to take it, it ends by itself."""
        self._released.set()
        try:
            self._store.release(self.lease)
        except StoreError as exc:
            log.warning("The ingest lease could not be given back: %s", exc)


def holder() -> str:
    """Give who this process is: host and number for people, and what no other start of a process ever had."""
    return _holder(os.getpid())


@cache
def _holder(process: int) -> str:
    return f"{socket.gethostname()}:{process}:{uuid4()}"


@contextmanager
def held_lease(store: Store, name: str = NAME, *, ttl_seconds: float, clock: Clock = utc_now) -> Iterator[HeldLease]:
    """Hold the ingest lease `name` while the block runs.

    Raises
    ------
    LeaseTakenError
        Another process, or another run in this one, holds it, or one of another number of shards.
    """
    lease = store.acquire(name, holder(), ttl_seconds)
    if lease is None:
        # It may have been given back since; then its name and its time are not known any more.
        at_latest = clock() + timedelta(seconds=ttl_seconds)
        raise _taken(store.lease(name) or Lease(name, "another process", 0, at_latest))
    # Looked at with the lease in hand: of two who come at once with different numbers at least one sees the other.
    rival = next((other for other in store.leases(NAME) if not share_universe(name, other.name)), None)
    if rival is not None:
        store.release(lease)
        raise _taken(rival)
    held = HeldLease(store, lease, ttl_seconds=ttl_seconds)
    keeper = threading.Thread(target=held.keep, name="stockdash-lease", daemon=True)
    keeper.start()
    try:
        yield held
    finally:
        held.release()
        keeper.join()


def _taken(lease: Lease) -> LeaseTakenError:
    until = lease.expires_at.astimezone(NEW_YORK)
    return LeaseTakenError(
        f"Another instance holds the ingestion lock: {lease.holder}, until {until:%H:%M:%S} ET at least.",
        holder=lease.holder,
        expires_at=lease.expires_at,
    )
