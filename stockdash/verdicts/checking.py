"""Finds out, in the background, what has not been checked yet: one package after the other, in another process.

The checks run Python for seconds, which would hold up every page if they ran here. Of all processes on one data folder
one checks at a time; the others wait for its files.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from stockdash.errors import StoreUnavailableError
from stockdash.verdicts import Verdict

if TYPE_CHECKING:
    from stockdash.installed import Origin
    from stockdash.registry import Catalog
    from stockdash.testing import Report
    from stockdash.verdicts.asking import Asking
    from stockdash.verdicts.kept import Kept

MOST_CRASHES = 5  # of one package, after which the rest of it is left alone
_SAVE_EVERY = 25  # indicators
_LOOK_AGAIN_SECONDS = 5.0

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Package:
    """One installed package, what is kept of it, and its indicators of which nothing is."""

    origin: "Origin"
    kept: "Kept"
    missing: dict[str, None]


class Checking:
    """The verdicts of everything that is installed.

    Parameters
    ----------
    folder : where they are kept.
    catalog : gives what is installed; asked again after each `wake`.
    is_on : whether anything is checked; what was found earlier is told all the same.
    ask : starts the process that checks the given ids.
    """

    def __init__(
        self,
        folder: Path,
        catalog: "Callable[[], Catalog]",
        *,
        is_on: bool = True,
        ask: "Callable[[Sequence[str]], Asking] | None" = None,
    ) -> None:
        self.folder = folder
        self.is_on = is_on
        self._catalog = catalog
        self._ask = ask or _ask
        self._known: dict[str, Verdict] = {}
        self._kept: dict[Origin, Kept] = {}
        self._closing, self._woken = threading.Event(), threading.Event()
        self._asking: Asking | None = None
        self._thread: threading.Thread | None = None

    def start(self, delay_seconds: float = 0.0) -> None:
        """Read what is kept now, and begin to check after the delay, in the background; `stop` ends it."""
        self._thread = threading.Thread(target=self._run, args=(delay_seconds,), daemon=True, name="verdicts")
        self._thread.start()

    def stop(self) -> None:
        """End the background work and its process."""
        self._closing.set()
        self._woken.set()
        if (asking := self._asking) is not None:
            asking.stop()
        if self._thread is not None:
            self._thread.join()

    def wake(self) -> None:
        """Look for indicators that are new."""
        self._woken.set()

    def of(self, indicator_id: str) -> Verdict:
        """Give what is known of an indicator."""
        return self._known.get(indicator_id) or Verdict("not yet" if self.is_on else "off")

    def progress(self) -> tuple[int, int]:
        """Count the indicators of which something is known, and all there are."""
        ids = self._catalog().listings
        return sum(name in self._known for name in ids), len(ids)

    def _run(self, delay_seconds: float) -> None:
        self._missing()
        self._closing.wait(delay_seconds)
        while not self._closing.is_set():
            self._woken.clear()
            is_done = self.look()
            self._woken.wait(None if is_done else _LOOK_AGAIN_SECONDS)

    def look(self) -> bool:
        """Read what is kept and check what is missing; tells whether everything is known now."""
        if not self._missing() or not self.is_on:
            return True
        with self._sole() as is_ours:
            # Another process may have found them out since.
            for package in self._missing() if is_ours else ():
                self._check(package)
        return is_ours

    def _missing(self) -> list[_Package]:
        """Take over what is kept; give the packages of which something is missing, in the catalogue's order."""
        from stockdash.verdicts.kept import read  # noqa: PLC0415 - loads the conformance kit, which no page needs

        ids: dict[Origin, list[str]] = {}
        for name, origin in self._catalog().origins.items():
            ids.setdefault(origin, []).append(name)
        found = []
        for origin, names in ids.items():
            kept = self._kept.get(origin)
            if kept is None or not kept.has(names):
                kept = self._kept[origin] = read(self.folder, origin)
            self._known |= {name: kept.verdict(name) for name in names if kept.has([name])}
            found.append(_Package(origin, kept, dict.fromkeys(name for name in names if not kept.has([name]))))
        return [package for package in found if package.missing]

    @contextmanager
    def _sole(self) -> Iterator[bool]:
        """Take the right to check on this data folder, unless another process has it."""
        from filelock import FileLock, Timeout  # noqa: PLC0415 - only when something is missing

        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            held = FileLock(self.folder / "checking.lock").acquire(blocking=False)
        except Timeout:
            yield False
        except OSError as exc:
            _log.warning("Verdicts can't be kept, they are found out for this process alone: %s", exc)
            yield True
        else:
            with held:
                yield True

    def _check(self, package: _Package) -> None:
        origin, crashes = package.origin, 0
        _log.info("Checking %d indicators of %s %s", len(package.missing), origin.package, origin.version)
        while package.missing and crashes < MOST_CRASHES and not self._closing.is_set():
            crashes += self._check_until_crash(package)
            self._save(package)
        if package.missing and crashes >= MOST_CRASHES:
            for name in tuple(package.missing):
                self._take(package, name, f"left out, as checking others of {origin.package} crashed {crashes} times")
            self._save(package)

    def _check_until_crash(self, package: _Package) -> int:
        """Check what is missing, in a process of its own; gives how often that crashed."""
        self._asking = asking = self._ask(tuple(package.missing))
        if self._closing.is_set():  # `stop` may have come before there was anything to stop
            asking.stop()
        for count, (name, found) in enumerate(asking.answers(), start=1):
            if not name:  # ended before the first, and would again
                for missing in tuple(package.missing):
                    self._take(package, missing, found)
                return 1
            self._take(package, name, found)
            if count % _SAVE_EVERY == 0:
                self._save(package)
        return int(asking.crashed)

    def _take(self, package: _Package, name: str, found: "Report | str") -> None:
        package.kept = self._kept[package.origin] = package.kept.with_answer(name, found)
        self._known[name] = package.kept.verdict(name)
        package.missing.pop(name, None)

    def _save(self, package: _Package) -> None:
        from stockdash.verdicts.kept import write  # noqa: PLC0415 - see `_missing`

        try:
            write(self.folder, package.origin, package.kept)
        except StoreUnavailableError as exc:
            _log.warning("The verdicts of %s can't be kept: %s", package.origin.package, exc)


def _ask(ids: Sequence[str]) -> "Asking":
    from stockdash.verdicts.asking import Asking  # noqa: PLC0415 - loads the conformance kit

    return Asking(ids)
