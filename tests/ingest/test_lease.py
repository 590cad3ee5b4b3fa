import os
import socket
import subprocess
import sys
import threading
from datetime import timedelta
from uuid import UUID

import pytest

from stockdash.errors import LeaseTakenError, StoreUnavailableError
from stockdash.ingest.lease import HeldLease, held_lease, holder
from stockdash.ingest.shards import NAME
from tests.ingest.few_bars import utc


class Unreachable:
    """A store whose leases fail after they were taken."""

    def __init__(self, store):
        self.acquire, self.leases = store.acquire, store.leases

    def renew(self, *_):
        raise StoreUnavailableError("locked")

    def release(self, _):
        raise StoreUnavailableError("locked")


class Prompt:
    """Reports each time the lease is prolonged."""

    def __init__(self, store):
        self.acquire, self.release, self.leases, self._store = store.acquire, store.release, store.leases, store
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


class ThreeWaits:
    """Stands in for what ends the waiting: writes down how long each wait may take, and ends the third."""

    def __init__(self):
        self.seconds = []

    def wait(self, seconds):
        self.seconds.append(seconds)
        return len(self.seconds) == 3


def test_the_lease_is_prolonged_at_each_third_of_its_life(store):
    prompt = Prompt(store)
    held = HeldLease(prompt, store.acquire(NAME, "here", 60), ttl_seconds=60)
    held._released = ThreeWaits()
    held.keep()
    assert held._released.seconds == [20.0] * 3
    assert [prompt.renewed.acquire(blocking=False) for _ in range(3)] == [True, True, False]


def test_nothing_prolongs_the_lease_once_the_block_has_ended(store, monkeypatch):
    ended = []

    class Watched(threading.Thread):
        def join(self, timeout=None):
            super().join(timeout)
            ended.append((self.name, self.is_alive()))

    monkeypatch.setattr(threading, "Thread", Watched)
    with held_lease(store, ttl_seconds=60):
        assert ended == []
    assert ended == [("stockdash-lease", False)]


def test_the_holder_tells_people_the_host_and_the_process(store):
    with held_lease(store, ttl_seconds=60) as held:
        host, process, start = held.lease.holder.split(":")
    assert (host, int(process), UUID(start).version) == (socket.gethostname(), os.getpid(), 4)


def test_no_two_starts_of_a_process_are_one_holder():
    code = "from stockdash.ingest.lease import holder; print(holder(), holder())"
    told = [subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, check=True).stdout for _ in range(2)]
    assert [len(set(names.split())) for names in told] == [1, 1]
    assert told[0] != told[1]


def test_a_forked_process_is_another_holder(monkeypatch):
    before = holder()
    monkeypatch.setattr(os, "getpid", lambda: 1)
    assert holder() != before


@pytest.mark.parametrize(
    ("held", "wanted", "free"),
    [
        ("ingest:1/8", "ingest:2/8", True),
        ("ingest", "ingest:2/8", False),
        ("ingest:1/8", "ingest", False),
        ("ingest:1/4", "ingest:2/8", False),
    ],
)
def test_two_numbers_of_shards_are_never_in_use_at_once(store, clock, held, wanted, free):
    store.acquire(held, "elsewhere", 60)
    if free:
        with held_lease(store, wanted, ttl_seconds=60):
            assert [lease.name for lease in store.leases(NAME)] == [held, wanted]
        return
    with pytest.raises(LeaseTakenError) as caught, held_lease(store, wanted, ttl_seconds=60):
        pass
    assert (caught.value.holder, caught.value.expires_at) == ("elsewhere", clock() + timedelta(seconds=60))
    assert store.lease(wanted) is None


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
