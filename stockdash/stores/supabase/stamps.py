"""The stamps of all symbols, asked for at most once a second: a page needs one of each symbol that it lists."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import Any

# A rerun of a page asks within some milliseconds; nobody sees a bar that is a second late.
FRESH_SECONDS = 1.0


class Stamps:
    """What `Store.stamp` gives, a moment ago. Any thread may ask; one of them looks for all.

    `look` gives the revisions that changed since an earlier answer, ``"0"`` for all.
    """

    def __init__(self, look: Callable[[str], Mapping[str, Any]], clock: Callable[[], float] = time.monotonic) -> None:
        self._look, self._clock = look, clock
        self._lock = threading.Lock()
        self._identity, self._since = "", "0"
        self._revisions: dict[str, int] = {}
        self._fresh_until = clock()

    def of(self, symbol: str) -> str:
        """Give the stamp of `symbol`; raises as the store."""
        with self._lock:
            if self._clock() >= self._fresh_until:
                self._refresh()
            return f"{self._identity}-{self._revisions.get(symbol, 0)}"

    def forget(self) -> None:
        """Have the next question looked up, as something was written."""
        with self._lock:
            self._fresh_until = self._clock()

    def _refresh(self) -> None:
        asked_at = self._clock()
        seen = self._look(self._since)
        if seen["identity"] != self._identity:
            # Another set of tables than before: nothing of what was known holds.
            seen = self._look("0") if self._identity else seen
            self._identity, self._revisions = seen["identity"], {}
        self._revisions.update(seen["revisions"])
        self._since = seen["since"]
        self._fresh_until = asked_at + FRESH_SECONDS
