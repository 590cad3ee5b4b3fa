"""Each type of parameter as its users have it: drawn, changed, and read back from the link."""

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.forms_app import Row, rows
from tests.pages.test_chart import link

Visit = Callable[..., AppTest]

METADATA = {
    "METADATA": "Metadata-Version: 2.1\nName: every-row\nVersion: 1.0\n",
    "entry_points.txt": "[stockdash.indicators]\nrows = tests.pages.forms_app:every_row\n",
}
# What draws each widget, where it is not called the same.
DRAWN_AS = {
    "segments": "button_group",
    "select": "selectbox",
    "number": "number_input",
    "pair": "number_input",
    "text": "text_input",
    "color": "color_picker",
    "date": "date_input",
    "time": "time_input",
    "datetime": "datetime_input",
    "range": "slider",
    "chips": "multiselect",
    "source": "selectbox",
    "group": "slider",
}
CHANGES: dict[str, tuple[Any, str]] = {
    "length": (33, "33"),
    "bars": (777, "777"),
    "factor": (0.05, "0.05"),
    "step": (25, "25"),
    "usual": (50, "50"),
    "fill": (False, "0"),
    "side": ("long", "long"),
    "kind": ("hma", "hma"),
    "grade": ("high", "high"),
    "limit": (False, "1"),
    "note": ("xyz", "xyz"),
    "color": ("#00ff00", "#00ff00"),
    "since": (date(2023, 2, 28), "2023-02-28"),
    "opens": (time(15, 45), "15%3A45%3A00"),
    "moment": (datetime(2023, 2, 28, 12), "2023-02-28T12%3A00%3A00"),  # noqa: DTZ001
    "wait": (24, "24"),
    "zone": ((10, 90), "10_90"),
    "ends": (0.25, "0.25_1.5"),
    "lengths": (["5", "10", "20"], "5_10_20"),
    "days": (["wed", "mon"], "mon_wed"),
    "source": ("volume", "volume"),
    "timeframe": ("1wk", "1wk"),
    "band": (3.5, "3.5"),
    "average": ("weighted", "weighted~average-power.0.5"),
}


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stored.is_dir()
    info = tmp_path / "site" / "every_row-1.0.dist-info"
    info.mkdir(parents=True)
    for name, content in METADATA.items():
        (info / name).write_text(content)
    monkeypatch.syspath_prepend(str(info.parent))


def widgets(test: AppTest, row: Row) -> Any:
    """Give the widgets of the row's card that are of the kind the table says."""
    found = test.sidebar.get(DRAWN_AS.get(row.widget, row.widget))
    return [widget for widget in found if (widget.key or "").startswith(f"{row.name}.")]


def test_every_row_of_the_table_has_a_change_here() -> None:
    assert [row.name for row in rows()] == list(CHANGES)


@pytest.mark.parametrize("part", [rows()[:12], rows()[12:]], ids=["first", "second"])
def test_every_row_of_the_table_is_drawn_changed_and_linked(visit: Visit, part: list[Row]) -> None:
    test = visit(i=[row.name for row in part])
    for at, row in enumerate(part):
        assert link(test)["i"][at].startswith(f"{row.name}~{row.link}")
        value, word = CHANGES[row.name]
        widgets(test, row)[0].set_value(value).run()
        test.run()  # the run before was the chart's alone and left no sidebar
        assert link(test)["i"][at] == f"{row.name}~{row.link.partition('.')[0]}.{word}"
    assert not test.exception
    assert not test.sidebar.error
    changed = link(test)["i"]
    assert link(visit(i=changed))["i"] == changed
