"""A circuit breaker in words: how long nothing is sent to a service, and why."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from pybreaker import STATE_OPEN, CircuitBreaker, CircuitBreakerError

from stockdash.errors import RateLimitedError, SourceError, SourceUnavailableError
from stockdash.sources import Clock

log = logging.getLogger(__name__)

_NEW_YORK = ZoneInfo("America/New_York")
# The breaker measures with the machine's clock. Here the clock that was handed in says when to try again.
_NEVER_BY_ITSELF_SECONDS = 1e9

Answer = TypeVar("Answer")


class Silence:
    """Lets questions through until the service refuses, then none until a time, then one to try."""

    def __init__(
        self, service: str, clock: Clock, *, patience: int, lengths: tuple[float, float], longest: float
    ) -> None:
        """Keep the first lengths of a silence in seconds: when the service is unreachable, and when it limits."""
        self._service, self._clock = service, clock
        self._lengths, self._longest = lengths, longest
        self._length, self._until, self._limited = 0.0, clock(), False
        self._breaker = CircuitBreaker(
            fail_max=patience,
            reset_timeout=_NEVER_BY_ITSELF_SECONDS,
            exclude=[_tells_nothing],
            throw_new_error_on_trip=False,
        )

    def guard(self, symbol: str, question: Callable[[], Answer]) -> Answer:
        """Give the answer to `question`.

        Raises
        ------
        RateLimitedError, SourceUnavailableError
            Without asking, while nothing is sent. Otherwise whatever `question` raises.
        """
        if self._is_open and self._clock() >= self._until:
            self._breaker.half_open()
        try:
            answer = self._breaker.call(question)
        except CircuitBreakerError:
            raise self._refusal(symbol) from None
        except SourceError as exc:
            if isinstance(exc, RateLimitedError):
                self._breaker.open()
            if not self._is_open:
                raise
            self._begin(exc)
            if self._limited:
                raise RateLimitedError(str(exc), symbol=symbol, retry_at=self._until) from exc
            raise
        self._length = 0.0
        return answer

    def status(self) -> str:
        """Tell until when nothing is sent, and why; empty when questions go through."""
        if not self._is_open or self._clock() >= self._until:
            return ""
        at = f"{self._until.astimezone(_NEW_YORK):%H:%M} ET"
        return f"rate-limited until {at}" if self._limited else f"{self._service} unreachable, next try {at}"

    @property
    def _is_open(self) -> bool:
        return bool(self._breaker.current_state == STATE_OPEN)

    def _begin(self, exc: SourceError) -> None:
        self._limited = isinstance(exc, RateLimitedError)
        self._length = min(self._length * 2 or self._lengths[self._limited], self._longest)
        self._until = getattr(exc, "retry_at", None) or self._clock() + timedelta(seconds=self._length)
        log.warning("%s; nothing is sent until then", self.status())

    def _refusal(self, symbol: str) -> SourceError:
        message = f"{self.status() or self._service}; nothing was sent for {symbol}."
        if self._limited:
            return RateLimitedError(message, symbol=symbol, retry_at=self._until)
        return SourceUnavailableError(message, symbol=symbol)


def _tells_nothing(exc: BaseException) -> bool:
    # An unknown symbol, or a mistake of ours, does not speak against the service.
    return not isinstance(exc, RateLimitedError | SourceUnavailableError)
