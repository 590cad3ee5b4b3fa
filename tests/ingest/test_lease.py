import threading
from datetime import timedelta

import pytest

from stockdash.errors import LeaseTakenError, StoreUnavailableError
from stockdash.ingest.lease import NAME, HeldLease, held_lease
from tests.ingest.few_bars import utc


class Unreachable:
    """A store whose leases fail after they were taken."""

    def __init__(self, store):
        self.acquire = store.acquire

    def renew(self, *_):
        raise StoreUnavailableError("locked")

    def release(self, _):
        raise StoreUnavailableError("locked")


class Prompt:
    """Reports each time the lease is prolonged."""

    def __init__(self, store):
        self.acquire, self.release, self._store = store.acquire, store.release, store
        self.renewed = threading.Semaphore(0)

    def renew(self, lease, ttl_seconds):
        self.renewed.release()
        return self._store.renew(lease, ttl_seconds)


def test_nobody_else_gets_the_lease_that_is_held(store, clock):
    with (
        held_lease(store, ttl_seconds=60, clock=clock),
        pytest.raises(LeaseTakenError, match="Another instance holds the ingestion lock"),
        held_lease(store, ttl_seconds=60, clock=clock),
    ):
        pass


def test_the_one_who_is_kept_out_learns_until_when(store, clock):
    with (
        held_lease(store, ttl_seconds=60) as held,
        pytest.raises(LeaseTakenError) as caught,
        held_lease(store, ttl_seconds=60),
    ):
        pass
    assert (caught.value.holder, caught.value.expires_at) == (held.lease.holder, clock() + timedelta(seconds=60))


def test_the_lease_is_given_back_at_the_end(store):
    with held_lease(store, ttl_seconds=60):
        pass
    assert store.lease(NAME) is None


def test_the_lease_is_given_back_after_an_error(store):
    with pytest.raises(ZeroDivisionError), held_lease(store, ttl_seconds=60):
        1 / 0  # noqa: B018 - any error
    assert store.lease(NAME) is None


def test_the_lease_is_prolonged_while_it_is_held(store):
    prompt = Prompt(store)
    with held_lease(prompt, ttl_seconds=0.003) as held:
        assert all(prompt.renewed.acquire(timeout=10) for _ in range(3))
        assert not held.is_lost


def test_prolonging_moves_the_end(store, clock):
    held = HeldLease(store, store.acquire(NAME, "here", 60), ttl_seconds=60)
    clock.now = utc("2026-11-18T18:00:20")
    held.renew()
    assert store.lease(NAME).expires_at == utc("2026-11-18T18:01:20")


def test_a_lease_that_expired_is_lost(store, clock):
    held = HeldLease(store, store.acquire(NAME, "here", 60), ttl_seconds=60)
    clock.now += timedelta(seconds=61)
    held.renew()
    assert held.is_lost


def test_a_lease_that_is_lost_is_not_prolonged_any_more(store, clock):
    prompt = Prompt(store)
    held = HeldLease(prompt, store.acquire(NAME, "here", 60), ttl_seconds=0.003)
    clock.now += timedelta(seconds=61)
    held.keep()
    assert prompt.renewed.acquire(blocking=False)
    assert not prompt.renewed.acquire(blocking=False)


def test_a_store_that_fails_to_answer_loses_nothing(store, caplog):
    with held_lease(Unreachable(store), ttl_seconds=60) as held:
        held.renew()
        assert not held.is_lost
    assert [record.message for record in caplog.records] == [
        "The ingest lease could not be prolonged: locked",
        "The ingest lease could not be given back: locked",
    ]
