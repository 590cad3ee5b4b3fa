"""A measurement that never keeps anybody waiting: taken in a thread of its own, shared by all who ask meanwhile.

A store that hangs holds up one thread, however often it is asked for.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from stockdash.errors import StockdashError
from stockdash.health import Vitals

PATIENCE_SECONDS = 2.0
# Whoever asks more often than this hears the same again.
KEPT_SECONDS = 10.0

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Beat:
    """What a measurement gave: `vitals`, or None and `trouble`, which says why without naming anything."""

    vitals: Vitals | None
    trouble: str = ""


class Pulse:
    """Takes `measure` when asked, but not more often than it makes sense."""

    def __init__(
        self,
        measure: Callable[[], Vitals],
        *,
        patience_seconds: float = PATIENCE_SECONDS,
        kept_seconds: float = KEPT_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._measure, self._monotonic = measure, monotonic
        self._patience_seconds, self._kept_seconds = patience_seconds, kept_seconds
        self._lock = threading.Lock()
        self._going_on: Future[Beat] | None = None
        self._began_at = 0.0

    async def beat(self) -> Beat:
        """Give the newest measurement, or say that the store does not answer."""
        future = self._current()
        await asyncio.wait({asyncio.wrap_future(future)}, timeout=self._patience_seconds)
        if future.done():
            return future.result()
        return Beat(None, "store unreachable: it does not answer")

    def _current(self) -> "Future[Beat]":
        with self._lock:
            now, going_on = self._monotonic(), self._going_on
            is_old = now - self._began_at >= self._kept_seconds
            if going_on is None or (going_on.done() and is_old):
                self._began_at, self._going_on = now, Future()
                # A daemon: a store that hangs for good must not keep the process from ending.
                threading.Thread(target=self._take, args=(self._going_on,), name="stockdash-pulse", daemon=True).start()
            return self._going_on  # type: ignore[return-value]  # set above

    def _take(self, future: "Future[Beat]") -> None:
        future.set_result(self._taken())

    def _taken(self) -> Beat:
        try:
            return Beat(self._measure())
        except StockdashError as exc:
            log.warning("The store can't be measured: %s", exc)
            return Beat(None, f"store unreachable: {type(exc).__name__}")
        except Exception as exc:
            # Whoever waits must hear of it, and the next measurement be taken.
            log.exception("The store can't be measured")
            return Beat(None, f"store unreachable: {type(exc).__name__}")
