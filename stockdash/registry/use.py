"""One indicator of the catalogue on its way from a listing to something that can be run."""

import logging
import threading
from dataclasses import dataclass, fields
from typing import Any, Self

from stockdash.errors import PluginError
from stockdash.forms import controls
from stockdash.indicators import Indicator, Listing
from stockdash.installed import UNKNOWN, Origin

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

    @property
    def text(self) -> str:
        """Give why, and what to do, as sentences."""
        return f"{self.reason.rstrip('.')}. {self.cure}".rstrip()


class Use:
    """One indicator: listed at first, then loaded, or failed for good."""

    def __init__(self, listing: Listing, origin: Origin, loaded: Indicator[Any] | None = None) -> None:
        self.listing, self.origin = listing, origin
        self.failure: Failure | None = None
        self._lock, self._loaded = threading.RLock(), loaded

    @classmethod
    def of(cls, offered: "Indicator[Any] | Listing | Self", origin: Origin | None) -> "Use":
        """Take what is offered; what is in use already stays so."""
        if isinstance(offered, Use):
            return offered
        origin = origin or Origin(UNKNOWN, UNKNOWN)
        return cls(offered, origin) if isinstance(offered, Listing) else cls(Listing.of(offered), origin, offered)

    def again(self) -> "Use":
        """Give what another catalogue has instead: the same, unless it failed, which is tried once more."""
        return self if self.failure is None else Use(self.listing, self.origin)

    def indicator(self) -> Indicator[Any]:
        """Give the indicator, loaded by now.

        Raises
        ------
        PluginError
            It could not be loaded, now or before.
        """
        if self._loaded is None:
            with self._lock:
                if self._loaded is None:
                    self._loaded = self._load()
        return self._loaded

    def _load(self) -> Indicator[Any]:
        listing, origin = self.listing, self.origin
        if self.failure is None:
            try:
                return _declared(listing)
            except (Exception, SystemExit) as exc:  # noqa: BLE001 - a plugin may fail in any way; who and why is recorded
                self.failure = failure(listing.id, origin, exc)
                _log.warning("Indicator %s of %s could not be loaded: %s", listing.id, origin.package, exc)
        said = self.failure
        message = f"{listing.name} of {origin.package} can't be loaded. {said.text}"
        raise PluginError(message, cure=said.cure)


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
    if isinstance(exc, PluginError) and exc.cure:
        return exc.cure
    if isinstance(exc, ModuleNotFoundError) and exc.name:
        return f"Install the package that has the module {exc.name!r}, beside {origin.package}, and rescan."
    if origin.package == UNKNOWN:
        return ""
    return f"Try a newer version of {origin.package}, or keep it out with STOCKDASH_PLUGINS_BLOCK={origin.package}."
