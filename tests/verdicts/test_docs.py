"""docs/plugins.md names every badge as the pages show it."""

import re
from pathlib import Path
from typing import get_args

import pytest

from stockdash.verdicts import Level, Verdict
from stockdash.verdicts.checking import MOST_CRASHES
from stockdash.verdicts.child import HANG_SECONDS, PATIENCE_SECONDS

DOCS = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(.+?)` \| .+? \| (?:`(.+?)` )?\|$", DOCS.split("<!-- badges -->")[1], flags=re.MULTILINE)


@pytest.mark.parametrize("level", get_args(Level))
def test_every_badge_has_a_row_with_what_the_legend_says(level: Level) -> None:
    verdict = Verdict(level, bars=26)
    assert (verdict.badge, verdict.warning) in ROWS


def test_no_row_is_of_a_badge_that_is_gone() -> None:
    assert len(ROWS) == len(get_args(Level))


def test_the_limits_are_those_of_the_checks() -> None:
    assert (PATIENCE_SECONDS, HANG_SECONDS, MOST_CRASHES) == (300, 3600, 5)
    assert "after five such crashes" in DOCS
    assert "five minutes of a processor, or an hour" in DOCS
