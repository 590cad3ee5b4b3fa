"""The table of docs/indicators.md tells what the code does."""

from pathlib import Path

import pytest

from stockdash import Indicator
from tests.indicators.test_built_ins import BUILT_INS, EVERY_ONE

PAGE = Path(__file__).parents[2] / "docs" / "indicators.md"
TABLE = [line.strip("|").split("|") for line in PAGE.read_text().splitlines() if line.startswith("| `")]
WARMUPS = {cells[0].strip(" `"): cells[2].split()[0] for cells in TABLE}


def test_every_built_in_has_a_row() -> None:
    assert sorted(WARMUPS) == sorted(it.id for it in EVERY_ONE)


@pytest.mark.parametrize("indicator", BUILT_INS, ids=lambda it: it.id)
def test_its_warmup_is_the_declared_one(indicator: Indicator) -> None:
    assert WARMUPS[indicator.id] == str(indicator.warmup(indicator.params()))
