"""Fills the catalogue from entry points."""

import logging
import time
from collections.abc import Callable, Iterable
from importlib.metadata import EntryPoint
from typing import Any

from stockdash.errors import PluginError
from stockdash.forms import controls
from stockdash.indicators import Indicator, Listing
from stockdash.installed import UNKNOWN, Origin, Package, packages
from stockdash.registry.catalog import Catalog, Failure, failure

GROUP = "stockdash.indicators"
SLOW_SECONDS = 1.0  # what one plugin may add to the start before it is named

_log = logging.getLogger(__name__)


def load_catalog(
    found: Iterable[EntryPoint] | None = None, *, clock: Callable[[], float] = time.perf_counter
) -> Catalog:
    """List every indicator, of the installed packages unless told which entry points; `clock` gives seconds."""
    loading = _Loading(clock)
    for package in packages(GROUP, found):
        for point in package.points:
            loading.add(package, point)
    return loading.catalog()


class _Loading:
    """The catalogue while it is filled."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._offered: dict[str, Indicator[Any] | Listing] = {}
        self._origins: dict[str, Origin] = {}
        self._failures: list[Failure] = []
        self._slow: list[Failure] = []

    def add(self, package: Package, point: EntryPoint) -> None:
        origin, started = package.origin, self._clock()
        try:
            package.check_host()
            offered = self._load(point)
        except (Exception, SystemExit) as exc:  # noqa: BLE001 - a plugin may fail in any way; who and why is recorded
            self._failures.append(failure(point.name, origin, exc))
            _log.warning("Plugin %s (%s) could not be loaded: %s", point.name, point.value, exc)
            return
        self._offered |= offered
        self._origins |= dict.fromkeys(offered, origin)
        if (seconds := self._clock() - started) > SLOW_SECONDS:
            reason = f"took {seconds:.1f} s to import, {SLOW_SECONDS:g} s is the limit"
            self._slow.append(Failure(point.name, origin.version, reason, origin.package))

    def catalog(self) -> Catalog:
        return Catalog(self._offered, self._failures, self._origins, self._slow)

    def _load(self, point: EntryPoint) -> dict[str, Indicator[Any] | Listing]:
        loaded = point.load()
        offered: dict[str, Indicator[Any] | Listing] = {}
        for one in (loaded,) if isinstance(loaded, Indicator | Listing) else loaded():
            if not isinstance(one, Indicator | Listing):
                raise PluginError(
                    f"{point.value} gives {type(one).__name__}, expected a stockdash.Indicator or a stockdash.Listing."
                )
            if owner := self._offered.get(one.id) or offered.get(one.id):
                raise PluginError(f"The id {one.id!r} is taken by {owner.name!r}{self._whose(one.id)}.")
            if isinstance(one, Indicator):
                controls(one.params)
            offered[one.id] = one
        return offered

    def _whose(self, indicator_id: str) -> str:
        origin = self._origins.get(indicator_id)
        return f" of {origin.package}" if origin and origin.package != UNKNOWN else ""
