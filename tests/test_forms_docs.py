"""What docs/parameters.md shows works as it stands there."""

import re
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from stockdash.fields import Hints
from stockdash.forms import controls
from stockdash.testing import check_indicator

DOCS = (Path(__file__).parents[1] / "docs" / "parameters.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", DOCS, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=["placing", "sourcing", "registering"])
def test_every_block_of_code_runs(block: str, monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("shown_in_the_docs")
    monkeypatch.setitem(sys.modules, module.__name__, module)  # where pickle looks for the classes
    scope: dict[str, Any] = vars(module)
    exec(block, scope)  # noqa: S102 - the project's own page
    if model := scope.get("BandParams"):
        assert [control.label for control in controls(model)] == [
            "Length", "Mode", "Upper", "Lower", "Offset", "Manual",
        ]  # fmt: skip
    if indicator := scope.get("INDICATOR"):
        check_indicator(indicator).assert_ok()


def test_every_word_about_a_widget_is_in_the_table() -> None:
    told = set(re.findall(r"^\| `(\w+)=", DOCS, re.MULTILINE))
    assert told == set(Hints.__dataclass_fields__) - {"format"}
