"""Runs indicators so that none can take a page down: within a time budget, each set of parameters once.

An answer is kept under what it depends on. A failure is remembered in the same way, so that drawing the chart again
does not run what has just failed. Failures in a row (other parameters, other bars, another try) switch an indicator
of that version off, for every session of the process, until a user asks for it.

A thread can't be ended from outside. What takes longer than the budget goes on beside the page, one thread for each
set of parameters, and its answer is kept when it comes. Native code that holds the interpreter's lock stops the whole
process for as long: no budget within the process can change that.
"""

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, Protocol

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray
from pydantic import SecretStr

from stockdash.errors import IndicatorError
from stockdash.indicators import run
from stockdash.pages._blamed import frames_of_error, frames_of_thread, masked, said_by
from stockdash.pages._chain import Call
from stockdash.pages._engine import engine

Columns = Mapping[str, NDArray[np.float64]]

MOST_FAILURES = 3  # in a row
_MOST_BYTES = 128 * 2**20
_MOST_REMEMBERED = 512
_AHEAD_SECONDS = 0.01

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What an indicator answered, and how long it computed. The arrays are shared: they can't be written to."""

    columns: Columns
    seconds: float


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why there is no answer.

    Attributes
    ----------
    kind : it failed, took longer than its budget, is switched off, has a source that has no answer, or can't be run
        as it is set.
    reason : one line, as the indicator or its package put it: escape it.
    frames : where, in the package's own code.
    key : what to forget to have it tried again; empty where that is no way out.
    """

    kind: Literal["failed", "late", "off", "source", "refused"]
    reason: str
    frames: str = ""
    key: str = ""


class Keeper(Protocol):
    """What computes and keeps answers: the guard, or one that looks ahead for it."""

    def kept(self, key: str) -> Answer | None:
        """Give the answer that is kept under `key`."""
        ...

    def keep(self, key: str, answer: Answer) -> None:
        """Keep an answer."""
        ...

    def answer(self, call: Call, key: str, bars: Callable[[], pd.DataFrame]) -> Answer | Trouble:
        """Give what `call` answers over `bars`, which are asked for only when it has to be computed."""
        ...


@dataclass(slots=True, eq=False)
class _Job:
    """One computation; `late` is what is told of it once it has been given up, `wanted` whether anybody has asked."""

    call: Call
    key: str
    started: float
    wanted: bool = True
    thread: threading.Thread | None = None
    done: threading.Event = field(default_factory=threading.Event)
    outcome: Answer | Trouble | None = None
    late: Trouble | None = None


class Guard:
    """Everything that indicators have answered, how they failed, and what still runs.

    Parameters
    ----------
    budget_seconds : how long a page waits for one indicator.
    secrets : what no text that is shown may hold.
    clock : gives seconds.
    """

    def __init__(
        self, budget_seconds: float, *, secrets: Iterable[str] = (), clock: Callable[[], float] = time.perf_counter
    ) -> None:
        self.budget_seconds = budget_seconds
        self._secrets = tuple(secrets)
        self._clock = clock
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, Answer] = OrderedDict()
        self._bytes = 0
        self._troubles: OrderedDict[str, tuple[str, Trouble]] = OrderedDict()
        self._failures: dict[str, int] = {}
        self._running: dict[str, _Job] = {}

    def kept(self, key: str) -> Answer | None:
        """Give the answer that is kept under `key`."""
        with self._lock:
            answer = self._kept.get(key)
            if answer is not None:
                self._kept.move_to_end(key)
            return answer

    def keep(self, key: str, answer: Answer) -> None:
        """Keep an answer; the ones that were asked for longest ago give way."""
        with self._lock:
            self._keep(key, answer)

    def answer(self, call: Call, key: str, bars: Callable[[], pd.DataFrame]) -> Answer | Trouble:
        """Give what `call` answers over `bars`, which are asked for only when it has to be computed."""
        if (answer := self.kept(key)) is not None:
            return answer
        job = self._known(call, key) or self._start(call, key, bars())
        return job if isinstance(job, Trouble) else self._await(job)

    def ahead(self, call: Call, key: str, bars: Callable[[], pd.DataFrame]) -> Answer | Trouble:
        """Give what `call` will answer if it is asked for.

        Nothing is waited for long, no failure is remembered, and one that hangs is not joined by another.
        """
        if (answer := self.kept(key)) is not None:
            return answer
        with self._lock:
            if any(job.call.plugin == call.plugin and not job.wanted for job in self._running.values()):
                return Trouble("late", "Another one is not there yet.")
        job = self._known(call, key) or self._start(call, key, bars(), wanted=False)
        if isinstance(job, Trouble):
            return job
        job.done.wait(_AHEAD_SECONDS)
        return job.outcome or Trouble("late", "It is not there yet.")

    def is_running(self, key: str) -> bool:
        """Tell whether an answer may still come."""
        with self._lock:
            return key in self._running

    def try_again(self, key: str) -> None:
        """Forget that there was a failure under `key`; it still counts."""
        with self._lock:
            self._troubles.pop(key, None)

    def switch_on(self, call: Call) -> None:
        """Forget every failure of an indicator."""
        with self._lock:
            self._failures.pop(call.plugin, None)
            for key in [key for key, (plugin, _) in self._troubles.items() if plugin == call.plugin]:
                del self._troubles[key]

    def _known(self, call: Call, key: str) -> _Job | Trouble | None:
        """Give what is known of `key` without running anything."""
        with self._lock:
            if self._failures.get(call.plugin, 0) >= MOST_FAILURES:
                return self._off(call)
            if (job := self._running.get(key)) is not None:
                return job
            if any(job.late and job.call.key == call.key for job in self._running.values()):
                return Trouble("late", "The same is still being computed over other bars.", key=key)
            return self._troubles[key][1] if key in self._troubles else None

    def _off(self, call: Call) -> Trouble:
        """Tell the last failure, whatever is asked for now."""
        found = (last for plugin, last in reversed(self._troubles.values()) if plugin == call.plugin)
        return replace(next(found, Trouble("off", "")), kind="off", key="")

    def _start(self, call: Call, key: str, bars: pd.DataFrame, *, wanted: bool = True) -> _Job | Trouble:
        with self._lock:
            if (job := self._running.get(key)) is not None:  # another session was faster
                return job
            job = self._running[key] = _Job(call, key, self._clock(), wanted)
        name = f"indicator {call.indicator.id}"
        job.thread = threading.Thread(target=self._work, args=(job, bars), daemon=True, name=name)
        try:
            job.thread.start()
        except RuntimeError as exc:  # the system has no more threads: not the indicator's failure
            with self._lock:
                del self._running[key]
            return Trouble("failed", said_by(exc), key=key)
        return job

    def _await(self, job: _Job) -> Answer | Trouble:
        with self._lock:
            if not job.wanted:
                job.wanted, job.started = True, self._clock()
        left = self.budget_seconds - (self._clock() - job.started)
        job.done.wait(max(left, 0.0))
        with self._lock:
            return job.outcome or job.late or self._give_up(job)

    def _give_up(self, job: _Job) -> Trouble:
        where = frames_of_thread(job.thread) if job.thread else ""
        job.late = Trouble("late", f"It took longer than {self.budget_seconds:g} s.", where, job.key)
        self._remember(job, job.late)
        _log.warning("%s was given up. %s", job.call.plugin, job.late.reason)
        return job.late

    def _work(self, job: _Job, bars: pd.DataFrame) -> None:
        outcome = self._outcome(job, bars)
        with self._lock:
            del self._running[job.key]
            job.outcome = outcome
            if isinstance(outcome, Trouble):
                if job.wanted:
                    self._remember(job, outcome)
            else:
                self._keep(job.key, outcome)
                self._troubles.pop(job.key, None)
                if job.late is None and job.wanted:
                    self._failures.pop(job.call.plugin, None)
        job.done.set()

    def _outcome(self, job: _Job, bars: pd.DataFrame) -> Answer | Trouble:
        started = self._clock()
        try:
            columns = run(job.call.indicator, bars, job.call.params)
        except BaseException as exc:  # noqa: BLE001 - SystemExit and its like would end the thread without a word
            cause = exc.__cause__ if isinstance(exc, IndicatorError) and exc.__cause__ else exc
            if job.wanted:
                _log.warning("%s failed: %s", job.call.plugin, said_by(cause), exc_info=cause)
            reason, where = (masked(text, self._secrets) for text in (said_by(cause), frames_of_error(cause)))
            return Trouble("failed", reason, where, job.key)
        # Copies: the plugin may have kept its own arrays, and may change them.
        arrays = {str(name): _unchangeable(column.to_numpy(copy=True)) for name, column in columns.items()}
        return Answer(arrays, self._clock() - started)

    def _remember(self, job: _Job, trouble: Trouble) -> None:
        if trouble is job.late or job.late is None:  # one that was given up has been counted
            self._failures[job.call.plugin] = self._failures.get(job.call.plugin, 0) + 1
        self._troubles[job.key] = job.call.plugin, trouble
        while len(self._troubles) > _MOST_REMEMBERED:
            self._troubles.popitem(last=False)

    def _keep(self, key: str, answer: Answer) -> None:
        if (replaced := self._kept.pop(key, None)) is not None:
            self._bytes -= _size(replaced)
        self._kept[key] = answer
        self._bytes += _size(answer)
        while self._bytes > _MOST_BYTES and len(self._kept) > 1:
            self._bytes -= _size(self._kept.popitem(last=False)[1])


@dataclass(frozen=True, slots=True)
class Ahead:
    """A guard's keeper for what nobody has asked for yet, see `Guard.ahead`."""

    guard: Guard

    def kept(self, key: str) -> Answer | None:
        """Give the answer that the guard keeps."""
        return self.guard.kept(key)

    def keep(self, key: str, answer: Answer) -> None:
        """Have the guard keep an answer."""
        self.guard.keep(key, answer)

    def answer(self, call: Call, key: str, bars: Callable[[], pd.DataFrame]) -> Answer | Trouble:
        """Give what `call` will answer."""
        return self.guard.ahead(call, key, bars)


@st.cache_resource(show_spinner=False)
def guard() -> Guard:
    """Give the one guard of the process."""
    settings = engine().settings
    secrets = (value.get_secret_value() for _, value in settings if isinstance(value, SecretStr))
    return Guard(settings.stockdash_indicator_seconds, secrets=filter(None, secrets))


def _size(answer: Answer) -> int:
    return sum(values.nbytes for values in answer.columns.values())


def _unchangeable(values: NDArray[np.float64]) -> NDArray[np.float64]:
    values.flags.writeable = False
    return values
