"""docs/conformance.md says what the kit finds today."""

from pathlib import Path

import pytest

from stockdash.registry import load_catalog
from stockdash.testing import check_indicator
from tests.conformance import COMMAND, PACKAGES, findings_of, heading, ids_of, row_of

PAGE = (Path(__file__).parents[1] / "docs" / "conformance.md").read_text(encoding="utf-8")
LINES = PAGE.splitlines()
ROWS = {line.split("`")[1]: line for line in LINES if line.startswith("| `") and line.count("|") == 5}
CATALOG = load_catalog()
REPAINTING = ["pta-dpo", "pta-ichimoku", "pta-tos_stdevall"]
EVERY = 37  # one of so many is checked anew: all of them take minutes
SAMPLE = sorted(
    {*REPAINTING, "pta-hilo", *(name for package in PACKAGES for name in ids_of(package, CATALOG)[::EVERY])}
)
RENEW = f"renew it with: {COMMAND}"


@pytest.mark.parametrize("package", PACKAGES)
def test_it_is_about_what_is_installed(package: str) -> None:
    assert heading(package, PACKAGES[package]) in LINES, RENEW
    told = [name for name, line in ROWS.items() if name in CATALOG.origins]
    assert {name for name in told if CATALOG.origins[name].package == package} == set(ids_of(package, CATALOG)), RENEW


def test_it_lists_nothing_else() -> None:
    assert set(ROWS) == {name for package in PACKAGES for name in ids_of(package, CATALOG)}, RENEW


def test_all_of_talib_is_clean_and_three_of_the_other_repaint() -> None:
    assert sorted(name for name, line in ROWS.items() if "repaints" in line) == REPAINTING
    assert "201 indicators: 201 never repaint, 201 keep the whole contract." in LINES


@pytest.mark.parametrize("name", SAMPLE)
def test_a_fresh_check_says_the_same(name: str) -> None:
    report = check_indicator(CATALOG.find(name))
    assert row_of(report) == ROWS[name], RENEW
    told = [line for line in LINES if line.startswith(f"| `{name}` |") and line != ROWS[name]]
    assert findings_of(report) == told, RENEW
