"""The indicators that are installed: entry points of the group ``stockdash.indicators``.

Built-ins are declared in stockdash's own metadata, the same way as strangers. A plugin that can't be loaded
becomes a `Failure` and the rest works. This guards against accidents, not against malice: a plugin is code that
the user chose to install.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any

from stockdash.errors import PluginError
from stockdash.forms import controls
from stockdash.indicators import Indicator

GROUP = "stockdash.indicators"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """A plugin that could not be loaded: the entry point, its package's version, and why."""

    plugin: str
    version: str
    reason: str


@dataclass(frozen=True, slots=True)
class Catalog:
    """Every indicator that can be run, by id, and every plugin that failed."""

    indicators: Mapping[str, Indicator[Any]] = field(default_factory=dict)
    failures: tuple[Failure, ...] = ()

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
            known = ", ".join(sorted(self.indicators)) or "none"
            raise PluginError(
                f"Unknown indicator {indicator_id[:40]!r}. Known: {known}. Is its package installed?"
            ) from None


def load_catalog(found: Iterable[EntryPoint] | None = None) -> Catalog:
    """Load every indicator, of the installed packages unless told which entry points."""
    indicators: dict[str, Indicator[Any]] = {}
    failures: list[Failure] = []
    for point in sorted(found if found is not None else entry_points(group=GROUP), key=_built_ins_first):
        try:
            indicators |= _load(point, taken=indicators)
        except (Exception, SystemExit) as exc:  # noqa: BLE001 - a plugin may fail in any way; who and why is recorded
            failures.append(Failure(point.name, _version(point), _reason(exc)))
            _log.warning("Plugin %s (%s) could not be loaded: %s", point.name, point.value, _reason(exc))
    return Catalog(MappingProxyType(indicators), tuple(failures))


def _built_ins_first(point: EntryPoint) -> tuple[bool, str]:
    return not point.value.startswith("stockdash."), point.name


def _load(point: EntryPoint, *, taken: Mapping[str, Indicator[Any]]) -> dict[str, Indicator[Any]]:
    loaded = point.load()
    offered: dict[str, Indicator[Any]] = {}
    for indicator in (loaded,) if isinstance(loaded, Indicator) else loaded():
        if not isinstance(indicator, Indicator):
            raise PluginError(f"{point.value} gives {type(indicator).__name__}, expected a stockdash.Indicator.")
        if owner := taken.get(indicator.id) or offered.get(indicator.id):
            raise PluginError(f"The id {indicator.id!r} is taken by {owner.name!r}.")
        controls(indicator.params)
        offered[indicator.id] = indicator
    return offered


def _version(point: EntryPoint) -> str:
    return point.dist.version if point.dist is not None else "unknown"


def _reason(exc: BaseException) -> str:
    return f"{type(exc).__name__}: {exc}"
