"""Calls that may hang, bounded in time."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import Any, TypeVar

Answer = TypeVar("Answer")
_Job = tuple[Callable[[], Any], Future[Any]]


class DeadlineError(TimeoutError):
    """A call took longer than it was given."""


class BoundedCalls:
    """Runs one call after another in a thread of its own.

    A call that outlives its deadline is left behind with its thread, which ends when the call does; it never keeps
    the process alive. One thread, not one a call: what is called may keep connections by thread.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._jobs: SimpleQueue[_Job | None] | None = None

    def call(self, function: Callable[[], Answer], seconds: float) -> Answer:
        """Give what `function` returns or raises.

        Raises
        ------
        DeadlineError
            When it takes longer than `seconds`, not counting the wait for earlier calls.
        """
        with self._turn:
            if self._jobs is None:
                self._jobs = _start()
            answer: Future[Answer] = Future()
            self._jobs.put((function, answer))
            try:
                return answer.result(seconds)
            except TimeoutError as exc:
                if answer.done():
                    raise
                self._jobs.put(None)
                self._jobs = None
                raise DeadlineError(f"no answer within {seconds:g} seconds") from exc


def _start() -> "SimpleQueue[_Job | None]":
    jobs: SimpleQueue[_Job | None] = SimpleQueue()
    threading.Thread(target=_work, args=(jobs,), name="stockdash-source", daemon=True).start()
    return jobs


def _work(jobs: "SimpleQueue[_Job | None]") -> None:
    while (job := jobs.get()) is not None:
        function, answer = job
        try:
            answer.set_result(function())
        except BaseException as exc:  # noqa: BLE001 - handed over to the caller, whatever it is
            answer.set_exception(exc)
        del job, function, answer
