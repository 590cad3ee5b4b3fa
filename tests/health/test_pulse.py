import asyncio
import threading

from stockdash.errors import StoreUnavailableError
from stockdash.health import Vitals
from stockdash.health.pulse import Pulse

WELL = Vitals(1, 0, {}, (), lease_held=False)


class Store:
    """A measurement that counts how often it is taken, and may hang or fail."""

    def __init__(self):
        self.taken, self.error = 0, None
        self.answers = threading.Event()
        self.answers.set()

    def __call__(self):
        self.taken += 1
        self.answers.wait()
        if self.error is not None:
            raise self.error
        return WELL


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


def beats(pulse, count=1):
    async def asking():
        return await asyncio.gather(*(pulse.beat() for _ in range(count)))

    return asyncio.run(asking())


def test_a_measurement_is_shared_by_all_who_ask_at_once():
    store = Store()
    assert [beat.vitals for beat in beats(Pulse(store), 50)] == [WELL] * 50
    assert store.taken == 1


def test_a_measurement_is_taken_again_when_it_is_old():
    store, clock = Store(), Clock()
    pulse = Pulse(store, kept_seconds=10, monotonic=clock)
    for clock.now in (0, 9, 10, 12, 20):
        beats(pulse)
    assert store.taken == 3


def test_a_store_that_hangs_keeps_nobody_waiting_and_holds_one_thread():
    store, clock = Store(), Clock()
    store.answers.clear()
    pulse = Pulse(store, patience_seconds=0.01, monotonic=clock)
    try:
        for clock.now in (0, 100, 200):
            assert [beat.trouble for beat in beats(pulse, 20)] == ["store unreachable: it does not answer"] * 20
        assert store.taken == 1
    finally:
        store.answers.set()


def test_a_store_that_answers_again_is_well():
    store, clock = Store(), Clock()
    store.answers.clear()
    pulse = Pulse(store, patience_seconds=5, monotonic=clock)

    async def asking():
        asyncio.get_running_loop().call_later(0.01, store.answers.set)
        return await pulse.beat()

    assert asyncio.run(asking()).vitals == WELL


def test_a_store_that_fails_is_told_without_its_path_or_key(caplog):
    store = Store()
    store.error = StoreUnavailableError("https://secret.supabase.co does not answer")
    [beat] = beats(Pulse(store))
    assert (beat.vitals, beat.trouble) == (None, "store unreachable: StoreUnavailableError")
    assert "secret.supabase.co" in caplog.text


def test_a_fault_of_ours_is_told_too(caplog):
    store = Store()
    store.error = ZeroDivisionError("x")
    assert beats(Pulse(store))[0].trouble == "store unreachable: ZeroDivisionError"
    assert "Traceback" in caplog.text
