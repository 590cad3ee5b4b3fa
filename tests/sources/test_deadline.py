import threading

import pytest

from stockdash.sources.deadline import BoundedCalls, DeadlineError


@pytest.fixture
def calls() -> BoundedCalls:
    return BoundedCalls()


def test_gives_the_answer(calls: BoundedCalls):
    assert calls.call(lambda: 42, seconds=5) == 42


def test_raises_what_the_call_raises(calls: BoundedCalls):
    with pytest.raises(ZeroDivisionError):
        calls.call(lambda: 1 / 0, seconds=5)


def test_timeout_of_the_call_itself_is_no_deadline(calls: BoundedCalls):
    def time_out() -> None:
        raise TimeoutError("mine")

    with pytest.raises(TimeoutError, match="mine") as caught:
        calls.call(time_out, seconds=5)
    assert not isinstance(caught.value, DeadlineError)


def test_calls_share_one_thread_apart_from_the_callers(calls: BoundedCalls):
    threads = {calls.call(threading.get_ident, seconds=5) for _ in range(3)}
    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_a_call_that_hangs_does_not_hold_up_the_next(calls: BoundedCalls):
    let_go = threading.Event()
    with pytest.raises(DeadlineError, match=r"0\.05 seconds"):
        calls.call(let_go.wait, seconds=0.05)
    assert calls.call(lambda: "next", seconds=5) == "next"
    let_go.set()


def test_the_thread_left_behind_ends(calls: BoundedCalls):
    let_go, thread = threading.Event(), []

    def hang() -> None:
        thread.append(threading.current_thread())
        let_go.wait()

    with pytest.raises(DeadlineError):
        calls.call(hang, seconds=0.05)
    let_go.set()
    thread[0].join(timeout=5)
    assert not thread[0].is_alive()


def test_threads_never_keep_the_process_alive(calls: BoundedCalls):
    assert calls.call(lambda: threading.current_thread().daemon, seconds=5)
