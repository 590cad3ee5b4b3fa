"""Each type of parameter as its users have it: drawn, changed, and read back from the link."""

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.forms_app import Row, rows
from tests.pages.test_chart import link
from tests.pages.test_steps import slider

Visit = Callable[..., AppTest]

ENTRY_POINTS = """[stockdash.indicators]
rows = tests.pages.forms_app:every_row
mixed = tests.pages.forms_app:MIXED
"""
METADATA = {
    "METADATA": "Metadata-Version: 2.1\nName: every-row\nVersion: 1.0\n",
    "entry_points.txt": ENTRY_POINTS,
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


def mixed(test: AppTest, kind: str, name: str) -> Any:
    return next(widget for widget in test.sidebar.get(kind) if widget.key == f"mixed.0.{name}")


def value(test: AppTest, name: str) -> str:
    return next(word.partition(".")[2] for word in link(test)["i"][0].split("~") if word.startswith(f"{name}."))


def test_groups_rows_and_advanced_fields_have_their_places(visit: Visit) -> None:
    test = visit(i="mixed")
    assert "**Bands**" in [caption.value for caption in test.sidebar.caption]
    [advanced] = test.sidebar.expander
    assert [slider.key for slider in advanced.slider] == ["mixed.0.offset"]
    assert mixed(test, "slider", "offset").help == "-9 to 9 bars"


def test_a_field_can_be_changed_only_when_its_condition_holds(visit: Visit) -> None:
    test = visit(i="mixed")
    assert mixed(test, "slider", "manual").disabled
    mixed(test, "button_group", "mode").set_value("manual").run()
    assert not mixed(test, "slider", "manual").disabled


def test_auto_keeps_none_until_it_is_left(visit: Visit) -> None:
    test = visit(i="mixed")
    assert value(test, "limit") == "_"
    mixed(test, "toggle", "limit.auto").set_value(False).run()
    assert (value(test, "limit"), mixed(test, "slider", "limit").value) == ("14", 14)
    mixed(test, "toggle", "limit.auto").set_value(True).run()
    assert value(test, "limit") == "_"


def test_an_error_stands_below_the_fields_that_it_names(visit: Visit) -> None:
    test = visit(i="mixed")
    mixed(test, "slider", "fast").set_value(15).run()
    assert [error.value for error in test.sidebar.error] == ["Fast must be below Slow"] * 2
    assert value(test, "fast") == "3"
    mixed(test, "slider", "slow").set_value(16).run()
    assert not test.sidebar.error
    assert (value(test, "fast"), value(test, "slow")) == ("15", "16")


def test_an_error_that_names_no_field_stands_at_the_foot(visit: Visit) -> None:
    test = visit(i="mixed~offset.5")
    mixed(test, "toggle", "limit.auto").set_value(False).run()
    mixed(test, "slider", "limit").set_value(5).run()
    assert [error.value for error in test.sidebar.error] == ["That is too much of the same"]


def test_a_value_beyond_the_soft_limits_is_a_number_box(visit: Visit) -> None:
    test = visit(i="mixed~fast.30~slow.40")
    box = mixed(test, "number_input", "fast.typed")
    assert (box.value, box.min, box.max) == (30, 1, 50)
    box.set_value(35).run()
    assert value(test, "fast") == "35"


def test_no_next_steps_come_along_for_a_number_box(visit: Visit) -> None:
    test = visit(i="mixed~fast.30~slow.40")
    assert slider(mixed(test, "number_input", "fast.typed").set_value(5).run()) is None


@pytest.mark.parametrize(("chosen", "left"), [("fast", {"fast": "3", "slow": "40"}), ("*", {"fast": "3", "slow": "9"})])
def test_a_field_or_the_whole_form_is_put_back(visit: Visit, chosen: str, left: dict[str, str]) -> None:
    test = visit(i="mixed~fast.30~slow.40~mode.manual")
    mixed(test, "menu_button", "options").click(chosen).run()
    assert {name: value(test, name) for name in left} == left
    assert mixed(test, "slider", "fast").value == 3
    assert mixed(test, "slider", "slow").value == int(left["slow"])


def test_reset_ends_an_error(visit: Visit) -> None:
    test = visit(i="mixed")
    mixed(test, "slider", "fast").set_value(15).run()
    mixed(test, "menu_button", "options").click("*").run()
    assert not test.sidebar.error
    assert mixed(test, "slider", "fast").value == 3


def test_a_slow_indicator_waits_until_it_is_asked_for(visit: Visit) -> None:
    test = visit(i="mixed")
    test.session_state["session"].seconds[0] = 0.5
    mixed(test, "slider", "slow").set_value(20).run()
    assert not test.main.get("bidi_component"), "the chart is not drawn again"
    mixed(test, "slider", "fast").set_value(4).run()
    mixed(test, "button", "apply").click().run()
    assert (value(test, "fast"), value(test, "slow")) == ("4", "20")
    test.run()
    assert "mixed.0.apply" not in [button.key for button in test.sidebar.button]


def test_one_that_a_slow_indicator_depends_on_waits_too(visit: Visit) -> None:
    test = visit(i=["mixed", "mixed~source.@0.a"])
    test.session_state["session"].seconds[1] = 0.5
    mixed(test, "slider", "slow").set_value(20).run()
    assert not test.main.get("bidi_component"), "the chart is not drawn again"


def test_a_source_is_picked_among_the_other_indicators(visit: Visit) -> None:
    test = visit(i=["mixed", "sma~length.5"])
    box = mixed(test, "selectbox", "source")
    assert box.options[-1] == "SMA (no. 2)"
    box.set_value("@1.sma").run()
    assert value(test, "source") == "@1.sma"
    assert not test.exception


def test_a_source_follows_when_an_indicator_before_it_is_removed(visit: Visit) -> None:
    test = visit(i=["sma~length.5", "sma~length.6", "mixed~source.@1.sma"])
    next(button for button in test.sidebar.button if button.label == "Remove SMA 5").click().run()
    assert link(test)["i"][1].endswith("source.@0.sma")
    [box] = [box for box in test.sidebar.selectbox if (box.key or "").startswith("mixed.")]
    assert box.value == "@0.sma"
