"""The packages that extend stockdash: their entry points, what they say of themselves, and whether they fit.

Nothing of a package is imported here.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from email.utils import getaddresses
from functools import cache
from importlib.metadata import Distribution, EntryPoint, PackageMetadata, PackageNotFoundError, distribution
from importlib.metadata import entry_points as installed_points

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from stockdash.errors import PluginError

HOST = "stockdash"
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
class Package:
    """One installed package and its entry points of one group."""

    origin: Origin
    points: tuple[EntryPoint, ...]
    requires: tuple[str, ...] = ()

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
                    f"It needs stockdash{requirement.specifier}, {running} is running. "
                    f"Install a version of it made for this one, or upgrade stockdash."
                )


def packages(group: str, found: Iterable[EntryPoint] | None = None) -> list[Package]:
    """Give the packages with entry points of that group, stockdash itself first, then by name.

    Of the installed packages unless told which entry points.
    """
    together: dict[Distribution | EntryPoint, list[EntryPoint]] = defaultdict(list)
    for point in found if found is not None else installed_points(group=group):
        together[point.dist or point].append(point)
    return sorted((_package(points) for points in together.values()), key=_own_first)


def is_own(point: EntryPoint) -> bool:
    """Whether an entry point names something of stockdash itself."""
    return point.value.startswith(f"{HOST}.")


def same_package(one: str, other: str) -> bool:
    """Whether two spellings name the same package, as pip sees it."""
    return canonicalize_name(one) == canonicalize_name(other)


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
