"""What can be run, what could not be loaded, and where each comes from."""

import logging
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from stockdash.errors import PluginError
from stockdash.forms import controls
from stockdash.indicators import Indicator, Listing
from stockdash.installed import UNKNOWN, Origin

_MOST_NAMED = 8

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """What could not be loaded.

    Attributes
    ----------
    plugin : the name of the entry point, or the id of an indicator that failed when it was first used.
    version, package : those of the package that brings it.
    reason : why, in one line.
    cure : what the user can do about it.
    """

    plugin: str
    version: str
    reason: str
    package: str = UNKNOWN
    cure: str = ""


class Catalog:
    """Every indicator that is installed, by id, and every plugin that failed.

    An indicator that a package only lists is loaded when it is first asked for; any number of threads may ask.

    Attributes
    ----------
    listings : what is told of each indicator, by id, loaded or not.
    origins : the package of each, by id.
    slow : plugins that work but took long to import; the reason tells how long.
    """

    def __init__(
        self,
        offered: Mapping[str, Indicator[Any] | Listing] | None = None,
        failures: Iterable[Failure] = (),
        origins: Mapping[str, Origin] | None = None,
        slow: Iterable[Failure] = (),
    ) -> None:
        listed = {name: one if isinstance(one, Listing) else Listing.of(one) for name, one in (offered or {}).items()}
        self.listings: Mapping[str, Listing] = MappingProxyType(listed)
        self.origins: Mapping[str, Origin] = MappingProxyType(dict(origins or {}))
        self.slow = tuple(slow)
        self._early = tuple(failures)
        self._uses = {name: _Use(listing, self.origins.get(name)) for name, listing in listed.items()}

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What could not be loaded, so far: an indicator's own failure shows when it is first used."""
        return (*self._early, *(use.failure for use in self._uses.values() if use.failure is not None))

    def find(self, indicator_id: str) -> Indicator[Any]:
        """Give the indicator of that id.

        Raises
        ------
        PluginError
            It is not known, and lists the ids that are; or it could not be loaded, with the reason and the cure.
        """
        use = self._uses.get(indicator_id)
        if use is None:
            known = self._known(indicator_id)
            raise PluginError(f"Unknown indicator {indicator_id[:40]!r}. Known: {known}. Is its package installed?")
        return use.indicator()

    def _known(self, wanted: str) -> str:
        """Give the known ids as text; of many, those most like `wanted`."""
        known = sorted(self.listings)
        if len(known) <= _MOST_NAMED:
            return ", ".join(known) or "none"
        named = get_close_matches(wanted, known, n=_MOST_NAMED, cutoff=0.5) or known[:_MOST_NAMED]
        return f"{', '.join(named)} and {len(known) - len(named):,} more"


class _Use:
    """One indicator: listed at first, then loaded or failed for good."""

    def __init__(self, listing: Listing, origin: Origin | None) -> None:
        self._listing, self._origin = listing, origin or Origin(UNKNOWN, UNKNOWN)
        self._lock = threading.Lock()
        self._loaded: Indicator[Any] | None = None
        self.failure: Failure | None = None

    def indicator(self) -> Indicator[Any]:
        if self._loaded is None:
            with self._lock:
                if self._loaded is None:
                    self._loaded = self._load()
        return self._loaded

    def _load(self) -> Indicator[Any]:
        listing, origin = self._listing, self._origin
        if self.failure is None:
            try:
                return _declared(listing)
            except (Exception, SystemExit) as exc:  # noqa: BLE001 - a plugin may fail in any way; who and why is recorded
                self.failure = failure(listing.id, origin, exc)
                _log.warning("Indicator %s of %s could not be loaded: %s", listing.id, origin.package, exc)
        said = self.failure
        raise PluginError(f"{listing.name} of {origin.package} can't be loaded. {said.reason} {said.cure}")


def failure(plugin: str, origin: Origin, exc: BaseException) -> Failure:
    """Record who failed, why, and what the user can do."""
    return Failure(plugin, origin.version, f"{type(exc).__name__}: {exc}", origin.package, _cure(origin, exc))


def _declared(listing: Listing) -> Indicator[Any]:
    """Load what is listed and check that it is what the listing tells."""
    loaded = listing.load()
    if not isinstance(loaded, Indicator):
        raise PluginError(f"The listing {listing.id!r} loads {type(loaded).__name__}, expected a stockdash.Indicator.")
    told = Listing.of(loaded)
    for name in (one.name for one in fields(Listing) if one.compare):
        if getattr(told, name) != getattr(listing, name):
            claimed, found = getattr(listing, name), getattr(told, name)
            raise PluginError(f"The listing {listing.id!r} tells {name} {claimed!r:.80}, the indicator {found!r:.80}.")
    controls(loaded.params)
    return loaded


def _cure(origin: Origin, exc: BaseException) -> str:
    if isinstance(exc, ModuleNotFoundError) and exc.name:
        return f"Install the package that has the module {exc.name!r}, beside {origin.package}, and rescan."
    if origin.package == UNKNOWN:
        return ""
    return f"Try a newer version: pip install --upgrade {origin.package}. Or remove it: pip uninstall {origin.package}."
