"""Examines many indicators, with a process for each processor where that pays."""

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from stockdash.errors import PluginError
from stockdash.installed import Gate
from stockdash.registry import Catalog, Failure, load_catalog
from stockdash.testing import Report, check_indicator

FEW = 6  # indicators, for which starting processes takes longer than it saves


def examined(catalog: Catalog, ids: Sequence[str], *, processes: int | None = None) -> Iterator[Report | Failure]:
    """Give the report of each indicator in turn, or the failure of what could not be loaded.

    One that takes its process down is a failure, too, where there are several processes.
    """
    processes = min(processes or os.cpu_count() or 1, len(ids))
    if processes < 2 or len(ids) <= FEW:  # noqa: PLR2004 - one is this one
        return (_examine(catalog, name) for name in ids)
    return _by_many(catalog, list(ids), processes)


def _by_many(catalog: Catalog, left: list[str], processes: int) -> Iterator[Report | Failure]:
    while left:
        count = 0
        for count, found in enumerate(_together(catalog.gate, left, processes), start=1):  # noqa: B007 - used below
            yield found
        # Who took a process down is among those that were under way: each of these gets one of its own.
        suspects, left = left[count : count + processes], left[count + processes :]
        for name in suspects:
            alone = next(_together(catalog.gate, [name], 1), None)
            yield alone or _crashed(catalog, name)


def _together(gate: Gate, ids: Sequence[str], processes: int) -> Iterator[Report | Failure]:
    """Give what was found until a process is taken down."""
    pool = ProcessPoolExecutor(processes, get_context("spawn"), initializer=_begin, initargs=(gate,))
    try:
        for future in [pool.submit(_one, name) for name in ids]:
            try:
                found = future.result()
            except BrokenProcessPool:
                return
            yield found
    finally:
        pool.shutdown(cancel_futures=True)


def _crashed(catalog: Catalog, name: str) -> Failure:
    origin = catalog.origins[name]
    cure = f"Keep it out with STOCKDASH_PLUGINS_BLOCK={origin.package}:{name}."
    return Failure(name, origin.version, "It ends the process that it runs in", origin.package, cure)


def _examine(catalog: Catalog, name: str) -> Report | Failure:
    origin = catalog.origins[name]
    try:
        indicator = catalog.find(name)
    except PluginError:
        return next(one for one in catalog.failures if (one.plugin, one.package) == (name, origin.package))
    return check_indicator(indicator, package=origin.package, version=origin.version)


# What follows runs in the other processes.

_loaded: list[Catalog] = []


def _begin(gate: Gate) -> None:
    _loaded.append(load_catalog(gate=gate))


def _one(name: str) -> Report | Failure:
    return _examine(_loaded[0], name)
