"""Holding the ingest lease: taken for one run, prolonged by a thread of its own, given back at the end."""

import logging
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from stockdash.errors import LeaseTakenError, StoreError
from stockdash.sources import Clock, utc_now
from stockdash.stores import Lease, Store

NAME = "ingest"

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
        while not self._released.wait(self._ttl_seconds / 3) and not self.is_lost:
            self.renew()

    def release(self) -> None:
        """Give the lease back; if the store fails to take it, it ends by itself."""
        self._released.set()
        try:
            self._store.release(self.lease)
        except StoreError as exc:
            log.warning("The ingest lease could not be given back: %s", exc)


@contextmanager
def held_lease(store: Store, *, ttl_seconds: float, clock: Clock = utc_now) -> Iterator[HeldLease]:
    """Hold the ingest lease while the block runs.

    Raises
    ------
    LeaseTakenError
        Another process, or another run in this one, holds it.
    """
    holder = f"{socket.gethostname()}:{os.getpid()}"
    lease = store.acquire(NAME, holder, ttl_seconds)
    if lease is None:
        raise _taken(store, clock() + timedelta(seconds=ttl_seconds))
    held = HeldLease(store, lease, ttl_seconds=ttl_seconds)
    keeper = threading.Thread(target=held.keep, name="stockdash-lease", daemon=True)
    keeper.start()
    try:
        yield held
    finally:
        held.release()
        keeper.join()


def _taken(store: Store, at_latest: datetime) -> LeaseTakenError:
    other = store.lease(NAME)
    holder, expires_at = (other.holder, other.expires_at) if other else ("another process", at_latest)
    return LeaseTakenError(
        f"Another instance holds the ingestion lock: {holder}, until {expires_at:%H:%M:%S} UTC at least.",
        holder=holder,
        expires_at=expires_at,
    )
