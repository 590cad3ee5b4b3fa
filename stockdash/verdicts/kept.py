"""Verdicts as files: one for each version of a package, written anew as a whole, never half.

A file names everything that it depends on (its key). Another key, or a file that can't be read, counts as none: what
it said is found out again.
"""

import logging
import re
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from hashlib import sha256
from importlib.machinery import ModuleSpec
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from importlib.util import find_spec
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name
from pydantic import TypeAdapter, ValidationError

from stockdash.atomic import replace_file
from stockdash.installed import HOST, Origin
from stockdash.testing import Report
from stockdash.testing.report import KIT
from stockdash.verdicts import Verdict, failed, of_report

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """What was found out of one package: reports by the indicators' ids, and why the others could not be checked."""

    key: str
    reports: Mapping[str, Report] = field(default_factory=dict)
    failures: Mapping[str, str] = field(default_factory=dict)

    def has(self, ids: Iterable[str]) -> bool:
        """Whether all of these indicators have been answered for."""
        return all(name in self.reports or name in self.failures for name in ids)

    def verdict(self, indicator_id: str) -> Verdict:
        """Give the verdict of one that has been answered for."""
        report = self.reports.get(indicator_id)
        return failed(self.failures[indicator_id]) if report is None else of_report(report)

    def with_answer(self, indicator_id: str, answer: Report | str) -> "Kept":
        """Give the same with a report more, or with the reason why there is none."""
        if isinstance(answer, str):
            return replace(self, failures={**self.failures, indicator_id: answer})
        return replace(self, reports={**self.reports, indicator_id: answer})


def read(folder: Path, origin: Origin) -> Kept:
    """Give what is kept of the package as it is installed now; nothing where no such file can be read."""
    key, file = key_of(origin), _file(folder, origin)
    try:
        kept = _READER.validate_json(file.read_bytes())
    except FileNotFoundError:
        return Kept(key)
    except (OSError, ValidationError) as exc:
        _log.warning("%s can't be read, what it said is found out again: %s", file, exc)
        return Kept(key)
    return kept if kept.key == key else Kept(key)


def write(folder: Path, origin: Origin, kept: Kept) -> None:
    """Replace what is kept of the package in `folder`.

    Raises
    ------
    StoreUnavailableError
        It can't be written there.
    """
    replace_file(_file(folder, origin), _READER.dump_json(kept))


def key_of(origin: Origin) -> str:
    """Name everything that the verdicts of a package depend on, as far as metadata tell."""
    dist = _installed(origin.package)
    host = _installed(HOST)
    parts = [
        f"{origin.package} {origin.version}",
        f"{HOST} {host.version if host else ''}",
        f"kit {KIT}",
        f"python {sys.version_info.major}.{sys.version_info.minor}",
    ]
    if dist is not None:
        parts += [*_needed(dist), f"files {_files(dist)}"]
    return "; ".join(parts)


def _file(folder: Path, origin: Origin) -> Path:
    name = re.sub(r"[^\w.+-]", "_", f"{canonicalize_name(origin.package)}-{origin.version}")
    return folder / f"{name}.json"


def _needed(dist: Distribution) -> list[str]:
    """Give the installed versions of what the package computes with."""
    needs = set[str]()
    for text in dist.requires or ():
        with suppress(InvalidRequirement):  # old packages say what is no requirement any more
            needs.add(canonicalize_name(Requirement(text).name))
    there = {name: found for name in needs - {HOST} if (found := _installed(name)) is not None}
    return [f"{name} {found.version}" for name, found in sorted(there.items())]


def _files(dist: Distribution) -> str:
    """Tell one state of the package's files from another: an author installs the same version again and again."""
    direct = dist.read_text("direct_url.json") or ""
    if '"editable": true' in direct or '"editable":true' in direct:
        return _newest(dist)
    return sha256((dist.read_text("RECORD") or "").encode()).hexdigest()[:16]


def _newest(dist: Distribution) -> str:
    """Give when the newest source file of an editable package was changed."""
    tops = {point.module.partition(".")[0] for point in dist.entry_points}
    specs = [spec for top in tops if (spec := _spec(top)) is not None]
    folders = [Path(place) for spec in specs for place in spec.submodule_search_locations or ()]
    files = [file for folder in folders for file in folder.rglob("*.py")]
    files += [Path(spec.origin) for spec in specs if spec.origin]
    return str(max((file.stat().st_mtime_ns for file in files if file.is_file()), default=0))


def _spec(module: str) -> ModuleSpec | None:
    try:
        return find_spec(module)
    except (ImportError, ValueError):
        return None


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except (PackageNotFoundError, ValueError):
        return None


_READER = TypeAdapter(Kept)
