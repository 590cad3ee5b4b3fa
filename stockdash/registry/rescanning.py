"""Finds what was installed while stockdash runs."""

import time
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib.metadata import EntryPoint

from stockdash.installed import Package, look_again, packages
from stockdash.registry.catalog import Catalog
from stockdash.registry.loading import GROUP, Clock, Loading


def rescan(catalog: Catalog, found: Iterable[EntryPoint] | None = None, *, clock: Clock = time.perf_counter) -> Catalog:
    """Give the catalogue with what has been installed since; `catalog` itself stays as it is.

    What is loaded stays loaded, and what failed is tried again. Python keeps the code that it has imported, so a
    package that was upgraded or removed goes on as it was and is named among the `restarts`.
    """
    look_again()
    loading = Loading(catalog.gate, clock)
    there = {package.key: package for package in packages(GROUP, found)}
    untried: list[tuple[Package, Sequence[EntryPoint]]] = []
    for key, running in catalog.packages.items():
        if not running.is_imported:
            continue  # nothing of it is in use: it is as good as new, or gone
        installed = there.pop(key, None)
        if installed is not None and installed.origin.version == running.origin.version:
            points = _untried(catalog, running, installed)
            loading.keep(catalog, installed, but=[point.name for point in points])
            untried.append((installed, points))
        else:
            loading.keep(catalog, running)
            loading.restart(running, installed.origin.version if installed is not None else "")
    untried += ((package, package.points) for package in there.values())
    # Only now, so that nothing new takes an id that is in use.
    for package, points in untried:
        if points:
            package.reach()
            loading.load(package, points)
    return loading.catalog()


def _untried(catalog: Catalog, running: Package, installed: Package) -> Sequence[EntryPoint]:
    """Give the entry points that failed before or were not there."""
    failed = {one.plugin for one in catalog.early if one.package == running.origin.package}
    known = {point.name for point in running.points}
    return [point for point in installed.points if point.name in failed or point.name not in known]


def news(before: Catalog, after: Catalog) -> tuple[str, ...]:
    """Tell in sentences what a rescan has changed: what was found, what failed, what waits for a restart."""
    found = Counter(origin.package for name, origin in after.origins.items() if name not in before.listings)
    versions = {origin.package: origin.version for origin in after.origins.values()}
    failed = [one for one in after.failures if one not in before.failures]
    return (
        *(f"Found {name} {versions[name]} with {_count(number)}." for name, number in found.items()),
        *(f"{one.package} {one.version}: {one.plugin} failed. {one.text}" for one in failed),
        *(one.text for one in after.restarts),
    )


def _count(number: int) -> str:
    return "1 indicator" if number == 1 else f"{number:,} indicators"
