"""Indicator packages installed beside the app by pip, which may not touch what the app itself runs on.

pip is asked first what it would do, under constraints that name the exact version of everything that stockdash needs.
What comes out is shown, and installed in just those versions.
"""

import json
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import invalidate_caches
from importlib.metadata import Distribution, PackageNotFoundError, distribution, distributions
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from stockdash.atomic import replace_file
from stockdash.errors import InstallError, InvalidInputError, StoreUnavailableError

HOST = "stockdash"
GROUPS = ("stockdash.indicators", "stockdash.sources")

_FILES = (".whl", ".tar.gz", ".zip")
_BLAMED = re.compile(
    r"^    (?!The user requested \(constraint\))(?P<who>.+?)(?: depends on | requested )(?P<wants>.+)$"
)
_UNREACHABLE = ("NewConnectionError", "Max retries", "ConnectTimeout", "ProxyError", "NameResolutionError")
_SHOWN = 6  # lines of pip's own words


@dataclass(frozen=True, slots=True)
class Change:
    """One package that pip would put in; `installed` is the version that is there, empty for none."""

    name: str
    version: str
    installed: str = ""


def target(text: str) -> str:
    """Give what pip is to install: a requirement such as ``name>=1.2``, or the path of a folder or an archive.

    Raises
    ------
    InvalidInputError
        It is neither; nothing that pip would take for an option gets through.
    """
    with suppress(InvalidRequirement):
        if "@" in text or not text.endswith(_FILES):
            return str(Requirement(text))
    path = Path(text).absolute()  # begins with no hyphen, whatever it is called
    if text and ((path / "pyproject.toml").is_file() or (path.is_file() and text.endswith(_FILES))):
        return str(path)
    raise InvalidInputError(
        f"Expected a package such as stockdash-example or name>=1.2, or the path of a wheel, of an archive or of a "
        f"folder with a pyproject.toml, got {text[:80]!r}."
    )


def host_versions() -> dict[str, str]:
    """Give the installed version of stockdash and of all that it needs, at any depth, by canonical name."""
    found: dict[str, str] = {}
    seen = set[tuple[str, str]]()
    ahead = [(HOST, "")]
    while ahead:
        name, extra = at = ahead.pop()
        dist = _installed(name)
        if at in seen or dist is None:
            continue
        seen.add(at)
        found[name] = dist.version
        for need in _needs(dist, extra):
            ahead += [(canonicalize_name(need.name), wanted) for wanted in ("", *need.extras)]
    return dict(sorted(found.items()))


def constraints(versions: Mapping[str, str]) -> str:
    """Give the lines of a constraints file that keeps these versions."""
    return "".join(f"{name}=={version}\n" for name, version in versions.items())


def write_constraints(folder: Path) -> Path:
    """Bring ``constraints.txt`` in `folder` up to date, for pip commands that people type; gives the file.

    Raises
    ------
    InstallError
        The folder can't be written.
    """
    file, text = folder / "constraints.txt", constraints(host_versions())
    try:
        if not file.is_file() or file.read_text(encoding="utf-8") != text:
            folder.mkdir(parents=True, exist_ok=True)
            replace_file(file, text.encode())
    except (OSError, StoreUnavailableError) as exc:
        raise InstallError(f"{file} can't be written: {exc}") from exc
    return file


def plan(targets: Sequence[str]) -> tuple[Change, ...]:
    """Ask pip what installing `targets` would change; installs nothing.

    Raises
    ------
    InvalidInputError
        A target is none.
    InstallError
        pip can't, or it would change what stockdash or another installed package needs: the message tells which
        package wants what.
    """
    wanted, held = [target(text) for text in targets], host_versions()
    if not held:
        raise InstallError("stockdash runs from a folder that was never installed; install it first: pip install -e .")
    with tempfile.TemporaryDirectory() as name:
        file, report = Path(name, "constraints.txt"), Path(name, "report.json")
        file.write_text(constraints(held), encoding="utf-8")
        told = _pip("--dry-run", "--report", str(report), "--constraint", str(file), "--", *wanted)
        if told.returncode:
            raise InstallError(_refusal(told.stdout + told.stderr, held))
        changes = _changes(json.loads(report.read_text(encoding="utf-8")))
    _check(changes, held)
    return changes


def install(targets: Sequence[str], changes: Iterable[Change]) -> None:
    """Install `targets` in the versions that `plan` gave.

    Raises
    ------
    InstallError
        pip failed.
    """
    pinned = host_versions() | {change.name: change.version for change in changes}
    with tempfile.TemporaryDirectory() as name:
        file = Path(name, "constraints.txt")
        file.write_text(constraints(pinned), encoding="utf-8")
        told = _pip("--constraint", str(file), "--", *map(target, targets))
    if told.returncode:
        raise InstallError(_words(told.stdout + told.stderr))
    invalidate_caches()


def offers_plugins(name: str) -> bool:
    """Tell whether the installed package `name` declares anything for stockdash."""
    dist = _installed(name)
    return dist is not None and any(point.group in GROUPS for point in dist.entry_points)


def _pip(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - no shell, see `target`


def _changes(report: Mapping[str, list[dict[str, dict[str, str]]]]) -> tuple[Change, ...]:
    """Read pip's installation report (its format 1)."""
    found = []
    for item in report["install"]:
        name, there = item["metadata"]["name"], _installed(item["metadata"]["name"])
        found.append(Change(canonicalize_name(name), item["metadata"]["version"], there.version if there else ""))
    return tuple(sorted(found, key=lambda change: (bool(change.installed), change.name)))


def _check(changes: tuple[Change, ...], held: Mapping[str, str]) -> None:
    """Refuse what the constraints let through: the host's packages put in anew, and others that would break."""
    if touched := [change.name for change in changes if change.name in held]:
        raise InstallError(
            f"This would put in {', '.join(touched)} anew, which stockdash itself runs on. Nothing was installed."
        )
    new = {change.name: change.version for change in changes}
    if broken := sorted(_broken(new)):
        raise InstallError(f"This would break what is installed: {'; '.join(broken)}. Nothing was installed.")


def _broken(new: Mapping[str, str]) -> Iterator[str]:
    for dist in distributions():
        for need in _needs(dist) if canonicalize_name(dist.name) not in new else ():
            version = new.get(canonicalize_name(need.name))
            if version is not None and not need.specifier.contains(version, prereleases=True):
                yield f"{dist.name} {dist.version} wants {need}, it would get {version}"


def _needs(dist: Distribution, extra: str = "") -> Iterator[Requirement]:
    for text in dist.requires or ():
        try:
            need = Requirement(text)
        except InvalidRequirement:  # old packages say what is no requirement any more
            continue
        if need.marker is None or need.marker.evaluate({"extra": extra}):
            yield need


def _installed(name: str) -> Distribution | None:
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def _refusal(told: str, held: Mapping[str, str]) -> str:
    """Say why pip refused; of a conflict with what stockdash runs on, which package wants what."""
    wants = [(found["who"], found["wants"]) for line in told.splitlines() if (found := _BLAMED.match(line))]
    against = []
    for who, text in wants:
        name = canonicalize_name(re.split(r"[^\w.-]", text, maxsplit=1)[0])
        asks = "You ask" if who == "The user" else f"{who} asks"
        if name in held and who != f"{HOST} {held.get(HOST)}":
            against.append(f"{asks} for {text}, stockdash runs with {name} {held[name]}")
    return f"{'; '.join(against)}. Nothing was installed." if against else _words(told)


def _words(told: str) -> str:
    """Give the point of what pip wrote."""
    if "No module named pip" in told:
        return f"There is no pip beside {sys.executable}. Put one in with: {sys.executable} -m ensurepip"
    if any(word in told for word in _UNREACHABLE):
        return (
            "The package index can't be reached. Nothing was installed. A file that you have can be installed without "
            "a network: stockdash plugins install ./some_package-1.0-py3-none-any.whl"
        )
    lines = [line.strip() for line in told.splitlines() if line.strip()]
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    return "pip refused. " + " ".join((errors or lines)[-_SHOWN:])
