"""Fills the catalogue from entry points."""

import logging
import time
from collections.abc import Callable, Collection, Iterable
from importlib.metadata import EntryPoint
from typing import Any

from stockdash.errors import PluginError
from stockdash.forms import controls
from stockdash.indicators import Indicator, Listing
from stockdash.installed import UNKNOWN, Gate, Origin, Package, packages
from stockdash.registry.catalog import Blocked, Catalog, Restart
from stockdash.registry.use import Failure, Use, failure

GROUP = "stockdash.indicators"
SLOW_SECONDS = 1.0  # what one plugin may add to the start before it is named

Clock = Callable[[], float]

_log = logging.getLogger(__name__)


def load_catalog(
    found: Iterable[EntryPoint] | None = None, *, gate: Gate | None = None, clock: Clock = time.perf_counter
) -> Catalog:
    """List every indicator that `gate` lets in; of the installed packages unless told which entry points.

    Parameters
    ----------
    clock : gives seconds.
    """
    loading = Loading(gate or Gate(), clock)
    for package in packages(GROUP, found):
        loading.load(package)
    catalog = loading.catalog()
    for word in catalog.unmatched:
        _log.warning("STOCKDASH_PLUGINS_ALLOW or STOCKDASH_PLUGINS_BLOCK names %r, which is not installed.", word)
    return catalog


class Loading:
    """A catalogue while it is filled."""

    def __init__(self, gate: Gate, clock: Clock) -> None:
        self._gate, self._clock = gate, clock
        self._packages: dict[str, Package] = {}
        self._offered: dict[str, Indicator[Any] | Listing | Use] = {}
        self._origins: dict[str, Origin] = {}
        self._failures: list[Failure] = []
        self._slow: list[Failure] = []
        self._blocked: list[Blocked] = []
        self._restarts: list[Restart] = []

    def catalog(self) -> Catalog:
        """Give what was filled in so far."""
        return Catalog(
            self._offered,
            dict.fromkeys(self._failures),
            self._origins,
            slow=self._slow,
            blocked=self._blocked,
            restarts=self._restarts,
            packages=self._packages,
            gate=self._gate,
        )

    def load(self, package: Package, points: Iterable[EntryPoint] | None = None) -> None:
        """Load what a package brings, or some of it; an entry point that fails leaves the others alone."""
        origin = package.origin
        self._packages[package.key] = package
        if reason := self._gate.refusal(origin.package):
            self._blocked.append(Blocked(origin.package, origin.version, reason))
            return
        try:
            package.check_host()
        except PluginError as exc:
            self._fail(origin.package, origin, exc)
            return
        for point in package.points if points is None else points:
            self._add(origin, point)

    def keep(self, before: Catalog, package: Package, *, but: Collection[str] = ()) -> None:
        """Take over what `before` has of a package, but the failures of the entry points named."""
        name = package.origin.package
        kept = [indicator_id for indicator_id, origin in before.origins.items() if origin.package == name]
        self._packages[package.key] = package
        self._offered |= {one: before.uses[one].again() for one in kept}
        self._origins |= {one: before.origins[one] for one in kept}
        self._failures += (one for one in before.early if one.package == name and one.plugin not in but)
        self._slow += (one for one in before.slow if one.package == name)
        self._blocked += (one for one in before.blocked if one.package == name)

    def restart(self, package: Package, installed: str) -> None:
        """Note that another version than the one that runs is installed, or none."""
        self._restarts.append(Restart(package.origin.package, package.origin.version, installed))

    def _add(self, origin: Origin, point: EntryPoint) -> None:
        started = self._clock()
        try:
            offered = self._offers(origin, point)
        except (Exception, SystemExit) as exc:  # noqa: BLE001 - a plugin may fail in any way; who and why is recorded
            self._fail(point.name, origin, exc)
            return
        self._offered |= offered
        self._origins |= dict.fromkeys(offered, origin)
        if (seconds := self._clock() - started) > SLOW_SECONDS:
            reason = f"took {seconds:.1f} s to import, {SLOW_SECONDS:g} s is the limit"
            self._slow.append(Failure(point.name, origin.version, reason, origin.package))

    def _offers(self, origin: Origin, point: EntryPoint) -> dict[str, Indicator[Any] | Listing]:
        loaded = point.load()
        offered: dict[str, Indicator[Any] | Listing] = {}
        for one in (loaded,) if isinstance(loaded, Indicator | Listing) else loaded():
            if not isinstance(one, Indicator | Listing):
                raise PluginError(
                    f"{point.value} gives {type(one).__name__}, expected a stockdash.Indicator or a stockdash.Listing."
                )
            if reason := self._gate.refusal(origin.package, one.id):
                self._blocked.append(Blocked(origin.package, origin.version, reason, one.id))
                continue
            if one.id in self._offered or one.id in offered:
                raise self._taken(one.id, origin, offered)
            if isinstance(one, Indicator):
                controls(one.params)
            offered[one.id] = one
        return offered

    def _taken(self, name: str, origin: Origin, offered: dict[str, Indicator[Any] | Listing]) -> PluginError:
        owner = offered.get(name) or Use.of(self._offered[name], None).listing
        first = self._origins.get(name, origin)
        whose, cure = "", ""
        if first.package != UNKNOWN:
            whose = f" of {first.package}"
            cure = (
                f"Keep one of the two out: STOCKDASH_PLUGINS_BLOCK={first.package}:{name} or {origin.package}:{name}."
            )
        return PluginError(f"The id {name!r} is taken by {owner.name!r}{whose}.", cure=cure)

    def _fail(self, plugin: str, origin: Origin, exc: BaseException) -> None:
        self._failures.append(failure(plugin, origin, exc))
        _log.warning("Plugin %s of %s could not be loaded: %s", plugin, origin.package, exc)
