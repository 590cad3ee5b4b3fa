"""The indicators that are installed: entry points of the group ``stockdash.indicators``.

Built-ins are declared in stockdash's own metadata, the same way as strangers. A plugin that can't be loaded
becomes a `Failure` and the rest works. This guards against accidents, not against malice: a plugin is code that
the user chose to install.
"""

import logging
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.metadata import Distribution, EntryPoint, PackageNotFoundError, distribution, entry_points
from types import MappingProxyType
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from stockdash.errors import PluginError
from stockdash.forms import controls
from stockdash.indicators import Indicator

GROUP = "stockdash.indicators"
HOST = "stockdash"
SLOW_SECONDS = 1.0  # what one plugin may add to the start before it is named
UNKNOWN = "unknown"
_MOST_NAMED = 8

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where an indicator comes from: the name of its package, as pip lists it, and that package's version."""

    package: str
    version: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A plugin that could not be loaded: the entry point, its package's version, why, and the package's name."""

    plugin: str
    version: str
    reason: str
    package: str = UNKNOWN


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every indicator that can be run, by id, and every plugin that failed.

    Attributes
    ----------
    indicators : by id.
    failures : plugins that could not be loaded.
    origins : the package of each indicator, by the indicator's id.
    slow : plugins that work but took longer than `SLOW_SECONDS` to import; the reason tells how long.
    """

    indicators: Mapping[str, Indicator[Any]] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()
    origins: Mapping[str, Origin] = field(default_factory=dict)
    slow: tuple[Failure, ...] = ()

    def find(self, indicator_id: str) -> Indicator[Any]:
        """Give the indicator of that id.

        Raises
        ------
        PluginError
            Lists the ids that are known.
        """
        try:
            return self.indicators[indicator_id]
        except KeyError:
            known = self._known(indicator_id)
            raise PluginError(
                f"Unknown indicator {indicator_id[:40]!r}. Known: {known}. Is its package installed?"
            ) from None

    def _known(self, wanted: str) -> str:
        """Give the known ids as text; of many, those most like `wanted`."""
        known = sorted(self.indicators)
        if len(known) <= _MOST_NAMED:
            return ", ".join(known) or "none"
        named = get_close_matches(wanted, known, n=_MOST_NAMED, cutoff=0.5) or known[:_MOST_NAMED]
        return f"{', '.join(named)} and {len(known) - len(named):,} more"


def load_catalog(
    found: Iterable[EntryPoint] | None = None, *, clock: Callable[[], float] = time.perf_counter
) -> Catalog:
    """Load every indicator, of the installed packages unless told which entry points; `clock` gives seconds."""
    loading = _Loading(clock)
    for point in sorted(found if found is not None else entry_points(group=GROUP), key=_built_ins_first):
        loading.add(point)
    return loading.catalog()


class _Loading:
    """The catalogue while it is filled."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._indicators: dict[str, Indicator[Any]] = {}
        self._origins: dict[str, Origin] = {}
        self._failures: list[Failure] = []
        self._slow: list[Failure] = []

    def add(self, point: EntryPoint) -> None:
        origin, started = _origin(point), self._clock()
        try:
            _check_host(point)
            offered = self._load(point)
        except (Exception, SystemExit) as exc:  # noqa: BLE001 - a plugin may fail in any way; who and why is recorded
            self._failures.append(_failure(point, origin, f"{type(exc).__name__}: {exc}"))
            _log.warning("Plugin %s (%s) could not be loaded: %s", point.name, point.value, exc)
            return
        self._indicators |= offered
        self._origins |= dict.fromkeys(offered, origin)
        if (seconds := self._clock() - started) > SLOW_SECONDS:
            self._slow.append(
                _failure(point, origin, f"took {seconds:.1f} s to import, {SLOW_SECONDS:g} s is the limit")
            )

    def catalog(self) -> Catalog:
        indicators, origins = MappingProxyType(self._indicators), MappingProxyType(self._origins)
        return Catalog(indicators, tuple(self._failures), origins, tuple(self._slow))

    def _load(self, point: EntryPoint) -> dict[str, Indicator[Any]]:
        loaded = point.load()
        offered: dict[str, Indicator[Any]] = {}
        for indicator in (loaded,) if isinstance(loaded, Indicator) else loaded():
            if not isinstance(indicator, Indicator):
                raise PluginError(f"{point.value} gives {type(indicator).__name__}, expected a stockdash.Indicator.")
            if owner := self._indicators.get(indicator.id) or offered.get(indicator.id):
                raise PluginError(f"The id {indicator.id!r} is taken by {owner.name!r}{self._whose(indicator.id)}.")
            controls(indicator.params)
            offered[indicator.id] = indicator
        return offered

    def _whose(self, indicator_id: str) -> str:
        origin = self._origins.get(indicator_id)
        return f" of {origin.package}" if origin and origin.package != UNKNOWN else ""


def _built_ins_first(point: EntryPoint) -> tuple[bool, str]:
    return not point.value.startswith("stockdash."), point.name


def _check_host(point: EntryPoint) -> None:
    """Refuse a package that asks for another stockdash than the one that runs; pip only warns of that."""
    running = _host_version()
    for text in (point.dist.requires or ()) if point.dist is not None and running else ():
        requirement = Requirement(text)
        if canonicalize_name(requirement.name) != HOST or (requirement.marker and not requirement.marker.evaluate()):
            continue
        if not requirement.specifier.contains(running, prereleases=True):
            raise PluginError(
                f"It needs stockdash{requirement.specifier}, {running} is running. "
                f"Install a version of it made for this one, or upgrade stockdash."
            )


def _host_version() -> str:
    try:
        return distribution(HOST).version
    except PackageNotFoundError:  # run from a source tree that was never installed
        return ""


def _origin(point: EntryPoint) -> Origin:
    dist: Distribution | None = point.dist
    return Origin(dist.name, dist.version) if dist is not None else Origin(UNKNOWN, UNKNOWN)


def _failure(point: EntryPoint, origin: Origin, reason: str) -> Failure:
    return Failure(point.name, origin.version, reason, origin.package)
