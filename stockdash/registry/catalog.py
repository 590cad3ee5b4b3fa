"""What can be run, what could not be loaded, and where each comes from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from stockdash.errors import PluginError
from stockdash.indicators import Indicator, Listing
from stockdash.installed import SOURCES, Gate, Origin, Package
from stockdash.installed import packages as packages_of
from stockdash.registry.use import Failure, Use

_MOST_NAMED = 8


@dataclass(frozen=True, slots=True)
class Blocked:
    """A package, or one indicator of it, that the settings keep out."""

    package: str
    version: str
    reason: str
    indicator_id: str = ""


@dataclass(frozen=True, slots=True)
class Restart:
    """A package of which another version is on the disk than runs; `installed` is empty where it was removed."""

    package: str
    running: str
    installed: str

    @property
    def text(self) -> str:
        """Say in one line what a restart would change."""
        if self.installed:
            return f"{self.package} {self.installed} is installed, {self.running} is running: restart to use it."
        return f"{self.package} {self.running} is running but no longer installed: restart to drop it."


class Catalog:
    """Every indicator that is installed, by id, and every plugin that failed.

    An indicator that a package only lists is loaded when it is first asked for; any number of threads may ask.

    Attributes
    ----------
    listings : what is told of each indicator, by id, loaded or not.
    origins : the package of each, by id.
    slow : plugins that work but took long to import; the reason tells how long.
    blocked : what the settings keep out.
    unmatched : words in the settings' lists that name nothing that is installed.
    restarts : what a restart would change, as far as the last rescan found.
    packages : those that were loaded, or tried, by what tells them apart.
    gate : what decided on that.
    """

    def __init__(  # noqa: PLR0913 - a value with many parts; only the first is needed
        self,
        offered: Mapping[str, Indicator[Any] | Listing | Use] | None = None,
        failures: Iterable[Failure] = (),
        origins: Mapping[str, Origin] | None = None,
        *,
        slow: Iterable[Failure] = (),
        blocked: Iterable[Blocked] = (),
        restarts: Iterable[Restart] = (),
        packages: Mapping[str, Package] | None = None,
        gate: Gate | None = None,
    ) -> None:
        self.origins: Mapping[str, Origin] = MappingProxyType(dict(origins or {}))
        uses = {name: Use.of(one, self.origins.get(name)) for name, one in (offered or {}).items()}
        self.uses: Mapping[str, Use] = MappingProxyType(uses)
        self.listings: Mapping[str, Listing] = MappingProxyType({name: use.listing for name, use in uses.items()})
        self.slow, self.blocked, self.restarts = tuple(slow), tuple(blocked), tuple(restarts)
        self.packages: Mapping[str, Package] = MappingProxyType(dict(packages or {}))
        self.gate = gate or Gate()
        self.unmatched = self.gate.unmatched(self._names())
        self.early = tuple(failures)  # those of the entry points

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What could not be loaded, so far: an indicator's own failure shows when it is first used."""
        return (*self.early, *(use.failure for use in self.uses.values() if use.failure is not None))

    def find(self, indicator_id: str) -> Indicator[Any]:
        """Give the indicator of that id.

        Raises
        ------
        PluginError
            It is not known, and lists the ids that are; or it could not be loaded, with the reason and the cure.
        """
        use = self.uses.get(indicator_id)
        if use is None:
            known = self._known(indicator_id)
            raise PluginError(f"Unknown indicator {indicator_id[:40]!r}. Known: {known}. Is its package installed?")
        return use.indicator()

    def _names(self) -> list[tuple[str, str]]:
        """Give every package with each thing that it brings, and with none for what is kept out as a whole."""
        if self.gate == Gate():
            return []
        sources = ((one.origin.package, point.name) for one in packages_of(SOURCES) for point in one.points)
        blocked = ((one.package, one.indicator_id) for one in self.blocked)
        loaded = ((origin.package, name) for name, origin in self.origins.items())
        return [*sources, *blocked, *loaded, *((one.origin.package, "") for one in self.packages.values())]

    def _known(self, wanted: str) -> str:
        """Give the known ids as text; of many, those most like `wanted`."""
        known = sorted(self.listings)
        if len(known) <= _MOST_NAMED:
            return ", ".join(known) or "none"
        named = get_close_matches(wanted, known, n=_MOST_NAMED, cutoff=0.5) or known[:_MOST_NAMED]
        return f"{', '.join(named)} and {len(known) - len(named):,} more"
