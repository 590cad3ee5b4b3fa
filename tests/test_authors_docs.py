"""What docs/authors.md shows works as it stands there, and its tables are whole."""

import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from types import ModuleType
from typing import Any, get_args

import pytest

from stockdash import Indicator, Output, run
from stockdash.indicators import Draw
from stockdash.testing import check_indicator, made_up
from stockdash.testing.cost import HISTORY, LONGEST_SECONDS, MOST_BYTES
from stockdash.testing.report import CHECKS

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "authors.md").read_text(encoding="utf-8")


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)


def first_cells(heading: str) -> list[str]:
    """Give the first column of the table under a line that begins with `heading`."""
    table = PAGE[PAGE.index(f"| {heading}") :].split("\n\n")[0]
    return [line.split("|")[1].strip(" `") for line in table.splitlines()[2:]]


@pytest.fixture(scope="module")
def shown() -> Iterator[Any]:
    """Give a module that holds everything that the page's Python says, in its order."""
    module = ModuleType("my_indicators")
    sys.modules[module.__name__] = module
    for block in blocks("python"):
        exec(block, vars(module))  # noqa: S102 - the project's own page
    yield module
    del sys.modules[module.__name__]


@pytest.mark.parametrize("name", ["PLACE", "MIDDLE", "CLOSES"])
def test_each_indicator_keeps_the_contract(shown: Any, name: str) -> None:
    check_indicator(getattr(shown, name)).assert_ok()


def test_the_test_passes(shown: Any) -> None:
    shown.test_it_keeps_the_contract()


@pytest.mark.parametrize("name", ["centred", "standardized", "filled"])
def test_what_is_shown_as_repainting_is_found(shown: Any, name: str) -> None:
    compute: Callable[..., Any] = getattr(shown, name)
    assert "repainting" in check_indicator(replace(shown.PLACE, compute=compute)).failed


def test_listed_ones_load_when_they_are_used(shown: Any) -> None:
    for listing in shown.indicators():
        check_indicator(listing.load()).assert_ok()


def test_the_place_is_between_the_ends_of_the_range(shown: Any) -> None:
    place = run(shown.PLACE, made_up.daily(300), {})["place"].dropna()
    assert place.between(-1, 1).all()


@pytest.mark.usefixtures("shown")
def test_the_metadata_names_what_the_page_defines() -> None:
    [metadata] = (tomllib.loads(block) for block in blocks("toml"))
    for point in metadata["project"]["entry-points"]["stockdash.indicators"].values():
        module, _, name = point.partition(":")
        assert hasattr(sys.modules[module], name)


def test_every_attribute_has_a_row() -> None:
    assert first_cells("`Indicator(...)`") == [field.name for field in fields(Indicator)]
    assert first_cells("`Output(...)`") == [field.name for field in fields(Output)]


def test_every_way_of_drawing_is_named() -> None:
    row = next(line for line in PAGE.splitlines() if line.startswith("| `draw`"))
    assert all(f"`{draw}`" in row for draw in get_args(Draw))


def test_every_check_has_its_cure() -> None:
    assert first_cells("Check") == list(CHECKS)
    assert f"{HISTORY:,} bars take less than {LONGEST_SECONDS:g} s and {MOST_BYTES // 1024} kB" in PAGE


def test_links_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^\w -]", "", line).strip().lower().replace(" ", "-") for line in PAGE.splitlines() if line[:2] == "##"
    }
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        file, _, anchor = target.partition("#")
        assert not file or (DOCS / file).exists(), target
        assert file or anchor in headings, target
