"""The conformance report of the two adapter packages, as docs/conformance.md shows it.

Run: python -m tests.conformance > docs/conformance.md
"""

from collections.abc import Iterator
from importlib.metadata import version

from stockdash.registry import Catalog, load_catalog
from stockdash.testing import Report, check_indicator

PACKAGES = {"stockdash-talib": "TA-Lib", "stockdash-pandas-ta": "pandas-ta-classic"}
COMMAND = "python -m tests.conformance > docs/conformance.md"

_NOTES = {
    "stockdash-pandas-ta": """\
What is found is pandas-ta-classic's own and offered as what it is. `dpo` is centred, `ichimoku` draws the chikou into
the past, `tos_stdevall` lays one line through the whole history; of what looks ahead no warm-up can be told. `hilo`
has no value until a close first leaves the channel of its two averages: when that is, depends on the prices and not on
the parameters alone.
"""
}

_HEAD = f"""# Conformance of the two adapter packages

What the conformance kit ([authors.md](authors.md#testing)) finds out about every indicator of `stockdash-talib` and
`stockdash-pandas-ta`, on its made-up bars, with the default parameters and every limit and choice of each. Written by
`{COMMAND}`; a test compares the verdicts with fresh ones.

"Settles after *n* bars" means that a value with at least so many bars behind it stays within 0.1 % of that on any
longer history. "Depends on the first bar" is no fault: a running total does.
"""


def main() -> None:
    """Print the page."""
    catalog = load_catalog()
    print(_HEAD)  # noqa: T201 - what it is for
    for package, library in PACKAGES.items():
        print("\n".join(_section(package, library, catalog)))  # noqa: T201


def ids_of(package: str, catalog: Catalog) -> list[str]:
    """Give the ids of the package's indicators."""
    return sorted(name for name, origin in catalog.origins.items() if origin.package == package)


def row_of(report: Report) -> str:
    """Give the line of the table about one indicator."""
    return f"| `{report.indicator_id}` | {report.name} | {report.repainting.text} | {report.history.text} |"


def heading(package: str, library: str) -> str:
    """Give the heading of a package's part, with the version of what it adapts."""
    return f"## {package}: {library} {version(library)}"


def findings_of(report: Report) -> list[str]:
    """Give what breaks the contract, a line for each check, with the first thing that shows it."""
    first = {finding.check: finding for finding in reversed(report.findings)}
    shown = (first[check] for check in report.failed)
    return [f"| `{report.indicator_id}` | {it.check} | {it.where} | {it.message} |" for it in shown]


def _section(package: str, library: str, catalog: Catalog) -> Iterator[str]:
    reports = [check_indicator(catalog.find(name)) for name in ids_of(package, catalog)]
    clean = sum(report.repainting.verdict == "clean" for report in reports)
    whole = sum(report.ok for report in reports)
    yield f"{heading(package, library)}\n"
    yield f"{len(reports)} indicators: {clean} never repaint, {whole} keep the whole contract.\n"
    if package in _NOTES:
        yield _NOTES[package]
    if found := [line for report in reports for line in findings_of(report)]:
        yield from ("| id | Breaks | Seen with | What was found |", "|---|---|---|---|", *found, "")
    yield from ("| id | Indicator | Repainting | History |", "|---|---|---|---|", *map(row_of, reports), "")


if __name__ == "__main__":
    main()
