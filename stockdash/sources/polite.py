"""Manners towards an outside service: a pace, second attempts, and silence while it refuses.

Wraps any `Source`. Every request waits for its turn in one pace. A source that is unavailable is asked again, after
pauses that grow and differ. When it limits the rate, or several questions in a row fail for good, nothing is sent
for a while; then a single question finds out whether it answers again, and each time it does not, the silence is
twice as long.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar, cast

from pyrate_limiter import InMemoryBucket, Rate, RateItem
from tenacity import (
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    stop_after_delay,
    wait_exponential,
    wait_random,
)

from stockdash.bars import Interval
from stockdash.errors import SourceUnavailableError
from stockdash.sources import Clock, Fetched, Source
from stockdash.sources.silence import Silence
from stockdash.symbols import Facts

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Manners:
    """How a service is treated; times in seconds.

    `attempts` and `no_attempt_after` hold for one question. `patience` is the number of questions in a row that may
    fail for good. Silences double from a first one to the longest.
    """

    requests_a_second: int = 5
    requests_a_minute: int = 120
    attempts: int = 3
    no_attempt_after: float = 15.0
    first_pause: float = 1.0
    longest_pause: float = 8.0
    patience: int = 3
    first_silence: float = 60.0
    first_silence_when_limited: float = 300.0
    longest_silence: float = 3600.0


class PoliteSource:
    """A source that is asked politely; everything else is as the source itself has it."""

    def __init__(
        self,
        source: Source,
        clock: Clock,
        *,
        manners: Manners | None = None,
        sleep: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Wrap `source`; `sleep` and `monotonic` (seconds) belong together."""
        self.name = source.name
        self._source, self._sleep, self._manners = source, sleep, manners or Manners()
        self._pace = _Pace(self._manners, sleep=sleep, monotonic=monotonic)
        self._silence = Silence(
            source.name,
            clock,
            patience=self._manners.patience,
            lengths=(self._manners.first_silence, self._manners.first_silence_when_limited),
            longest=self._manners.longest_silence,
        )

    def fetch(self, symbol: str, interval: Interval, *, start: datetime | None, end: datetime | None = None) -> Fetched:
        """Fetch as `Source` says; while nothing is sent, raises at once what the silence began with."""
        return self._ask(symbol, lambda: self._source.fetch(symbol, interval, start=start, end=end))

    def facts(self, symbol: str) -> Facts:
        """Tell what the symbol is; raises as `fetch`."""
        return self._ask(symbol, lambda: self._source.facts(symbol))

    def status(self) -> str:
        """Tell until when nothing is sent, and why: "rate-limited until 14:32 ET"."""
        return self._silence.status() or self._source.status()

    def _ask(self, symbol: str, question: Callable[[], Answer]) -> Answer:
        return self._silence.guard(symbol, lambda: self._attempts(question))

    def _attempts(self, question: Callable[[], Answer]) -> Answer:
        def attempt() -> Answer:
            self._pace.wait_turn()
            return question()

        manners = self._manners
        retrying = Retrying(
            retry=retry_if_exception_type(SourceUnavailableError),
            stop=stop_after_attempt(manners.attempts) | stop_after_delay(manners.no_attempt_after),
            wait=wait_exponential(manners.first_pause, manners.longest_pause) + wait_random(0, manners.first_pause),
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(attempt)


class _Pace:
    """The turns of all requests to the service, whichever thread they come from."""

    def __init__(self, manners: Manners, *, sleep: Callable[[float], None], monotonic: Callable[[], float]) -> None:
        self._sleep, self._monotonic = sleep, monotonic
        self._lock = threading.Lock()
        self._bucket = InMemoryBucket([Rate(manners.requests_a_second, 1_000), Rate(manners.requests_a_minute, 60_000)])

    def wait_turn(self) -> None:
        while (seconds := self._seconds_to_wait()) > 0:
            self._sleep(seconds)

    def _seconds_to_wait(self) -> float:
        with self._lock:
            turn = RateItem("request", int(self._monotonic() * 1_000))
            self._bucket.leak(turn.timestamp)
            if self._bucket.put(turn):
                return 0
            return max(cast("int", self._bucket.waiting(turn)), 1) / 1_000
