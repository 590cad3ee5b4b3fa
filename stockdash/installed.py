"""The packages that extend stockdash: their entry points, what they say of themselves, and whether they fit.

Nothing of a package is imported here.
"""

import importlib
import site
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from email.utils import getaddresses
from functools import cache
from importlib.metadata import Distribution, EntryPoint, PackageMetadata, PackageNotFoundError, distribution
from importlib.metadata import entry_points as installed_points
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from stockdash.errors import PluginError

HOST = "stockdash"
SOURCES = "stockdash.sources"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where something comes from: the name of its package, as pip lists it, and what that says of itself."""

    package: str
    version: str
    author: str = ""
    licence: str = ""
    homepage: str = ""


@dataclass(frozen=True, slots=True)
class Gate:
    """Which packages, and what of them, the settings let in. What is kept out is not imported.

    Attributes
    ----------
    allow : packages, or single things as ``package:id``; empty for all. stockdash itself need not be named.
    block : packages, ``package:id``, or ids of whatever package; stronger than `allow`.
    """

    allow: tuple[str, ...] = ()
    block: tuple[str, ...] = ()

    def refusal(self, package: str, entry: str = "") -> str:
        """Tell why the package, or that entry of it, is kept out; empty when it is let in."""
        if any(_blocks(word, package, entry) for word in self.block):
            return "blocked by STOCKDASH_PLUGINS_BLOCK"
        if self.allow and package != HOST and not any(_allows(word, package, entry) for word in self.allow):
            return "not among STOCKDASH_PLUGINS_ALLOW"
        return ""

    def unmatched(self, names: Collection[tuple[str, str]]) -> tuple[str, ...]:
        """Give the words that name nothing among `names`, each a package and something that it brings."""
        words = dict.fromkeys((*self.allow, *self.block))
        return tuple(word for word in words if not any(_blocks(word, package, entry) for package, entry in names))


@dataclass(frozen=True, slots=True)
class Package:
    """One installed package and its entry points of one group."""

    origin: Origin
    points: tuple[EntryPoint, ...]
    requires: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Tell packages apart, however they spell their names."""
        name = self.origin.package
        return canonicalize_name(name) if name != UNKNOWN else self.points[0].value

    @property
    def is_imported(self) -> bool:
        """Whether Python holds some of its code, which stays as it is until a restart."""
        return any(point.module.partition(".")[0] in sys.modules for point in self.points)

    def check_host(self) -> None:
        """Refuse a package that asks for another stockdash than the one that runs; pip only warns of that.

        Raises
        ------
        PluginError
            Names both versions.
        """
        for text in self.requires:
            requirement, running = Requirement(text), _host_version()
            if canonicalize_name(requirement.name) != HOST or (
                requirement.marker and not requirement.marker.evaluate()
            ):
                continue
            if running and not requirement.specifier.contains(running, prereleases=True):
                raise PluginError(
                    f"It needs stockdash{requirement.specifier}, {running} is running.",
                    cure="Install a version of it made for this one, or upgrade stockdash.",
                )

    def reach(self) -> None:
        """Have its editable install take effect; Python reads the ``.pth`` files of those only when it starts."""
        dist = self.points[0].dist
        for file in (dist.files or ()) if dist is not None else ():
            if file.suffix == ".pth" and len(file.parts) == 1:
                path = Path(str(file.locate()))
                site.addpackage(str(path.parent), path.name, None)


def packages(group: str, found: Iterable[EntryPoint] | None = None) -> list[Package]:
    """Give the packages with entry points of that group, stockdash itself first, then by name.

    Of the installed packages unless told which entry points.
    """
    together: dict[Distribution | EntryPoint, list[EntryPoint]] = defaultdict(list)
    for point in found if found is not None else installed_points(group=group):
        together[point.dist or point].append(point)
    return sorted((_package(points) for points in together.values()), key=_own_first)


def look_again() -> None:
    """Have Python see what was installed since it started; without this it trusts what it has read of folders."""
    user_folder = site.getusersitepackages() if site.ENABLE_USER_SITE else ""
    if user_folder and user_folder not in sys.path and Path(user_folder).is_dir():
        site.addsitedir(user_folder)
    importlib.invalidate_caches()


def is_own(point: EntryPoint) -> bool:
    """Whether an entry point names something of stockdash itself."""
    return point.value.startswith(f"{HOST}.")


def same_package(one: str, other: str) -> bool:
    """Whether two spellings name the same package, as pip sees it."""
    return canonicalize_name(one) == canonicalize_name(other)


def _blocks(word: str, package: str, entry: str) -> bool:
    if same_package(word, package):
        return True
    name, _, only = word.rpartition(":")
    return bool(entry) and only == entry and (not name or same_package(name, package))


def _allows(word: str, package: str, entry: str) -> bool:
    name, _, only = word.partition(":")
    return same_package(name, package) and (not entry or only in {"", entry})


def _own_first(package: Package) -> tuple[bool, str, str]:
    first = package.points[0]
    return not is_own(first), package.origin.package, first.name


def _package(points: list[EntryPoint]) -> Package:
    points = sorted(points, key=lambda point: point.name)
    dist = points[0].dist
    if dist is None:
        return Package(Origin(UNKNOWN, UNKNOWN), tuple(points))
    requires = () if all(map(is_own, points)) else tuple(dist.requires or ())
    return Package(_origin(dist.metadata), tuple(points), requires)


def _origin(said: PackageMetadata) -> Origin:
    told = {name: said.get_all(name) or [] for name in ("Author", "Author-email", "License-Expression", "License")}
    links = dict(link.split(", ", 1) for link in said.get_all("Project-URL") or () if ", " in link)
    homes = [link for name, link in links.items() if name.casefold() in {"homepage", "repository", "source"}]
    names = [name or address for name, address in getaddresses(told["Author-email"])]
    return Origin(
        said["Name"],
        said["Version"],
        author=", ".join(told["Author"] or names),
        licence=next(iter([*told["License-Expression"], *told["License"]]), "").partition("\n")[0],
        homepage=next(iter([*homes, *(said.get_all("Home-page") or ())]), ""),
    )


@cache
def _host_version() -> str:
    """Give the version that runs, which is not what is on the disk once that has been upgraded."""
    try:
        return distribution(HOST).version
    except PackageNotFoundError:  # run from a source tree that was never installed
        return ""
