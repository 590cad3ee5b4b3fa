"""The commands ``stockdash plugins list``, ``check``, ``new`` and ``install``.

What is installed and what is wrong with it. Answers go to the standard output; 1 is the exit code if anything failed.
"""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from stockdash.errors import PluginError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from rich.console import Console

    from stockdash.installing import Change
    from stockdash.registry import Catalog, Failure
    from stockdash.testing import Report

FAILED = 1
_PIPED_WIDTH = 140  # letters a line where no terminal tells

plugins = typer.Typer(no_args_is_help=True, help="List, check, install and begin indicator packages.")

AsJson = Annotated[bool, typer.Option("--json", help="Answer in JSON.")]
Targets = Annotated[
    list[str] | None, typer.Argument(metavar="[PACKAGE or id]...", help="Everything installed unless given.")
]


@plugins.command("list")
def list_plugins(*, as_json: AsJson = False) -> None:
    """List every indicator with its package and version, and what could not be loaded."""
    from stockdash.registry import load_catalog
    from stockdash.settings import Settings

    catalog = load_catalog(gate=Settings.load().gate)
    if as_json:
        print(json.dumps(_listed(catalog)))
    else:
        _show_list(catalog)
    raise typer.Exit(FAILED if catalog.failures else 0)


@plugins.command()
def check(targets: Targets = None, *, as_json: AsJson = False) -> None:
    """Run the conformance checks on packages or single indicators: does it repaint, is the warm-up right, and so on."""
    from stockdash.registry import load_catalog
    from stockdash.settings import Settings

    catalog = load_catalog(gate=Settings.load().gate)
    ids, failures = _picked(catalog, targets or [])
    reports, failed = _examined(catalog, ids)
    failures += failed
    if as_json:
        print(_checked(reports, failures))
    else:
        _show_reports(reports, failures)
    raise typer.Exit(0 if not failures and all(report.ok for report in reports) else FAILED)


@plugins.command()
def new(
    name: str,
    into: Annotated[Path, typer.Option(help="Folder that the package's folder is made in.")] = Path(),
) -> None:
    """Write a new indicator package called NAME, ready to install and to change."""
    from stockdash.new_plugin import write_plugin

    folder = write_plugin(name, into)
    print(f"Written: {folder}\nNext: pip install -e {folder}, then: stockdash plugins check {name}")


@plugins.command()
def install(
    targets: Annotated[list[str], typer.Argument(metavar="PACKAGE...", help="Names, wheels or folders.")],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would change.")] = False,
) -> None:
    """Install indicator packages with pip; what stockdash itself runs on stays as it is."""
    from stockdash import installing

    changes = installing.plan(targets)
    _show_changes(changes)
    if dry_run or not changes:
        return
    installing.install(targets, changes)
    strangers = [change.name for change in changes if not installing.offers_plugins(change.name)]
    print(_installed_text(changes, strangers))


def _picked(catalog: "Catalog", targets: list[str]) -> "tuple[list[str], list[Failure]]":
    """Give the ids and the failures that the targets name.

    Raises
    ------
    PluginError
        A target is neither an installed package nor an indicator.
    """
    if not targets:
        return list(catalog.listings), list(catalog.failures)
    ids: dict[str, None] = {}
    failures: dict[Failure, None] = {}
    for target in targets:
        found = [name for name in catalog.listings if target == name or _names(catalog, name, target)]
        broken = [one for one in catalog.failures if target == one.plugin or _same_package(target, one.package)]
        if not found and not broken:
            packages = ", ".join(sorted({origin.package for origin in catalog.origins.values()}))
            raise PluginError(
                f"No installed package and no indicator is named {target[:60]!r}. Packages: {packages}. "
                "Ids are listed by: stockdash plugins list"
            )
        ids |= dict.fromkeys(found)
        failures |= dict.fromkeys(broken)
    return list(ids), list(failures)


def _names(catalog: "Catalog", indicator_id: str, package: str) -> bool:
    return _same_package(package, catalog.origins[indicator_id].package)


def _same_package(one: str, other: str) -> bool:
    from packaging.utils import canonicalize_name

    return canonicalize_name(one) == canonicalize_name(other)


def _examined(catalog: "Catalog", ids: list[str]) -> "tuple[list[Report], list[Failure]]":
    from rich.console import Console
    from rich.progress import track

    from stockdash._plugins_check import examined
    from stockdash.registry import Failure

    console = Console(stderr=True)
    found = examined(catalog, ids)
    shown = track(found, "Checking", len(ids), console=console, transient=True, disable=not console.is_terminal)
    reports: list[Report] = []
    failures: list[Failure] = []
    for one in shown:
        if isinstance(one, Failure):
            failures.append(one)
        else:
            reports.append(one)
    return reports, failures


def _listed(catalog: "Catalog") -> dict[str, object]:
    return {
        "indicators": [
            {"id": name, "name": one.name, "category": one.category, **asdict(catalog.origins[name])}
            for name, one in catalog.listings.items()
        ],
        "failures": [asdict(failure) for failure in catalog.failures],
        "slow": [asdict(slow) for slow in catalog.slow],
        "blocked": [asdict(blocked) for blocked in catalog.blocked],
        "unmatched": list(catalog.unmatched),
    }


def _checked(reports: "list[Report]", failures: "list[Failure]") -> str:
    return json.dumps(
        {
            "ok": not failures and all(report.ok for report in reports),
            "reports": [json.loads(report.to_json()) for report in reports],
            "failures": [asdict(failure) for failure in failures],
        }
    )


def _show_list(catalog: "Catalog") -> None:
    from rich.table import Table

    table = Table("Id", "Name", "Package", "Version", "Category", box=None, pad_edge=False)
    origins = catalog.origins
    for name in sorted(catalog.listings, key=lambda name: (origins[name].package, name)):
        one, origin = catalog.listings[name], origins[name]
        table.add_row(name, one.name, origin.package, origin.version, one.category)
    console = _console()
    console.print(table)
    _show_failures(console, catalog.failures, "could not be loaded")
    _show_failures(console, catalog.slow, "is slow")
    for kept_out in catalog.blocked:
        what = kept_out.indicator_id or "Everything"
        console.print(f"\n{what} of {kept_out.package} {kept_out.version} is {kept_out.reason}")
    for word in catalog.unmatched:
        console.print(f"\nThe settings' lists of plugins name {word!r}, which is not installed", style="yellow")


def _show_reports(reports: "list[Report]", failures: "list[Failure]") -> None:
    from rich.table import Table
    from rich.text import Text

    table = Table("Indicator", "Contract", "Repainting", "History", "µs a bar", "Package", box=None, pad_edge=False)
    for report in reports:
        verdict = Text("ok", "green") if report.ok else Text(f"breaks {', '.join(report.failed)}", "red")
        package = f"{report.package} {report.version}"
        cost = f"{report.cost.microseconds_per_bar:.2f}"
        table.add_row(report.indicator_id, verdict, report.repainting.text, report.history.text, cost, package)
    console = _console()
    console.print(table)
    for report in reports:
        if not report.ok:
            console.print(f"\n{report.text()}")
    _show_failures(console, failures, "could not be loaded")
    broken = sum(not report.ok for report in reports)
    console.print(f"\n{len(reports)} checked, {broken} break the contract, {len(failures)} could not be loaded")


def _show_changes(changes: "Iterable[Change]") -> None:
    from rich.table import Table

    table = Table("Package", "Installed", "Will be", box=None, pad_edge=False)
    for change in changes:
        table.add_row(change.name, change.installed or "-", change.version)
    _console().print(table if table.row_count else "Nothing would change: all of it is installed.")


def _installed_text(changes: "Iterable[Change]", strangers: list[str]) -> str:
    offering = [change for change in changes if change.name not in strangers]
    if not offering:
        return "Installed. None of it declares indicators for stockdash."
    names = " ".join(change.name for change in offering)
    found = "restart the app" if any(change.installed for change in offering) else "press Rescan on the Plugins page"
    return f"Installed. To see it, {found}. To check it: stockdash plugins check {names}"


def _show_failures(console: "Console", failures: "Iterable[Failure]", what: str) -> None:
    for one in failures:
        console.print(f"\n{one.plugin} of {one.package} {one.version} {what}: {one.text}", style="red")


def _console() -> "Console":
    """Give a console that takes what plugins call themselves for plain text."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else _PIPED_WIDTH
    return Console(markup=False, highlight=False, width=width)
