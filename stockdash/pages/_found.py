"""Which indicators the Plugins page lists, as rows: pure."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from stockdash.registry import HOST, UNKNOWN, Catalog, Origin, search
from stockdash.verdicts import Verdict

KINDS = ("All", "Never repaints", "Repaints", "Breaks its contract", "Not checked")
ANY = "All"

Verdicts = Callable[[str], Verdict]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user looks for: words, a package, a category, and one of `KINDS`; `ANY` for no matter which."""

    words: str = ""
    package: str = ANY
    category: str = ANY
    kind: str = ANY


def found(catalog: Catalog, verdicts: Verdicts, wanted: Wanted) -> list[str]:
    """Give the ids of what is wanted, what the words fit best first."""
    return [name for name in search(catalog, wanted.words) if _is_wanted(catalog, name, verdicts(name), wanted)]


def origin_of(catalog: Catalog, indicator_id: str) -> Origin:
    """Give where an indicator comes from."""
    return catalog.origins.get(indicator_id) or Origin(UNKNOWN, UNKNOWN)


def table(catalog: Catalog, verdicts: Verdicts, ids: list[str]) -> pd.DataFrame:
    """Give what is listed of each, in this order."""
    listings = [catalog.listings[name] for name in ids]
    told = [verdicts(name) for name in ids]
    columns: Mapping[str, list[str]] = {
        "Name": [one.name for one in listings],
        "Checked": [f"{one.badge} ⚠" if one.breaches else one.badge for one in told],
        "Category": [one.category for one in listings],
        "Package": [origin_of(catalog, name).package for name in ids],
        "Id": ids,
    }
    return pd.DataFrame(columns)


def packages(catalog: Catalog) -> dict[str, int]:
    """Give the packages that bring indicators, stockdash first, and how many each."""
    counted = Counter(origin.package for origin in catalog.origins.values())
    return dict(sorted(counted.items(), key=lambda item: (item[0] != HOST, item[0])))


def summary(catalog: Catalog, verdicts: Verdicts, package: str) -> str:
    """Give the badges of a package in one line: ``3 repaint, 187 never repaint``."""
    told = [verdicts(name) for name, origin in catalog.origins.items() if origin.package == package]
    counts = {
        "repaint{s}": sum(one.repaints for one in told),
        "change{s} with what is visible": sum(one.level == "visible" for one in told),
        "never repaint{s}": sum(one.level == "clean" for one in told),
        "break{s} the contract": sum(bool(one.breaches) for one in told),
        "failed the check": sum(one.level == "failed" for one in told),
        "not checked": sum(one.level in ("not yet", "off") for one in told),
    }
    return ", ".join(f"{count} {what.format(s='s' * (count == 1))}" for what, count in counts.items() if count)


def _is_wanted(catalog: Catalog, name: str, verdict: Verdict, wanted: Wanted) -> bool:
    return (
        wanted.package in (ANY, origin_of(catalog, name).package)
        and wanted.category in (ANY, catalog.listings[name].category)
        and (wanted.kind == ANY or _KIND_OF[wanted.kind](verdict))
    )


_KIND_OF: dict[str, Callable[[Verdict], bool]] = {
    "Never repaints": lambda verdict: verdict.level == "clean",
    "Repaints": lambda verdict: verdict.repaints,
    "Breaks its contract": lambda verdict: bool(verdict.breaches) or verdict.level == "failed",
    "Not checked": lambda verdict: verdict.level in ("not yet", "off"),
}
