"""What docs/parameters.md shows works as it stands there."""

import re
from pathlib import Path
from typing import Any

import pytest

from stockdash.fields import Hints
from stockdash.forms import controls

DOCS = (Path(__file__).parents[1] / "docs" / "parameters.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=["placing", "registering"])
def test_every_block_of_code_runs(block: str) -> None:
    scope: dict[str, Any] = {}
    exec(block, scope)  # noqa: S102 - the project's own page
    if model := scope.get("BandParams"):
        assert [control.label for control in controls(model)] == [
            "Length", "Mode", "Upper", "Lower", "Offset", "Manual",
        ]  # fmt: skip


def test_every_word_about_a_widget_is_in_the_table() -> None:
    told = set(re.findall(r"^\| `(\w+)=", DOCS, re.MULTILINE))
    assert told == set(Hints.__dataclass_fields__) - {"format"}
