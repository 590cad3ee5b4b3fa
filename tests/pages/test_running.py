"""How often indicators are computed, what a broken one costs, and what changing a look does."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from stockdash.pages._engine import engine
from stockdash.registry import Catalog
from stockdash.stores import writable
from tests.pages.counted import COMPUTED, install
from tests.pages.stored import fill
from tests.pages.test_chart import drawn, link, names, told, zoom

Visit = Callable[..., AppTest]

CHAIN = ["mean~length.7", "mean~length.4~source.@0.mean", "mean~length.5~source.@1.mean", "edges~length.6"]


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stored.is_dir()
    monkeypatch.syspath_prepend(str(install(tmp_path / "site")))
    COMPUTED.clear()


def whole(test: AppTest) -> AppTest:
    """Run the page again when the run before was the chart's alone and left no sidebar."""
    return test if test.sidebar.get("menu_button") else test.run()


def slider(test: AppTest, at: int) -> Any:
    return next(one for one in whole(test).sidebar.slider if one.key.split(".")[1] == str(at))


def widget(test: AppTest, kind: str, key: str) -> Any:
    return next(one for one in whole(test).sidebar.get(kind) if one.key == key)


def open_style(test: AppTest, key: str) -> AppTest:
    return widget(test, "menu_button", f"{key}.options").click("/").run().run()


def colors(test: AppTest) -> dict[str, Any]:
    return {trace["name"]: trace["color"] for trace in drawn(test)[5:] if trace["name"]}


def test_a_page_computes_each_indicator_once(visit: Visit) -> None:
    test = visit(i=CHAIN)
    assert COMPUTED == {"mean 7": 1, "mean 4": 1, "mean 5": 1, "edges 6": 1}
    test.run()
    zoom(test, "2026-06-01", "2026-10-01")
    assert COMPUTED.total() == 4


@pytest.mark.parametrize(
    ("at", "dependent"),
    [(0, {"mean 4": 3, "mean 5": 3}), (1, {"mean 5": 3}), (2, {})],
    ids=["first", "middle", "last"],
)
def test_a_slider_computes_its_indicator_and_what_depends_on_it_there_and_one_step_further(
    visit: Visit, at: int, dependent: dict[str, int]
) -> None:
    test = visit(i=CHAIN)
    COMPUTED.clear()
    slider(test, at).set_value(9).run()
    assert {"mean 8": 1, "mean 9": 1, "mean 10": 1, **dependent} == COMPUTED


def test_going_back_to_an_earlier_parameter_computes_nothing(visit: Visit) -> None:
    test = visit(i=CHAIN)
    slider(test, 0).set_value(9).run()
    slider(test, 0).set_value(7).run()
    COMPUTED.clear()
    slider(test, 0).set_value(9).run()
    assert not COMPUTED


def test_another_session_computes_nothing_again(visit: Visit) -> None:
    visit(i=CHAIN)
    COMPUTED.clear()
    visit(i=CHAIN)
    assert not COMPUTED


def test_other_bars_are_computed(visit: Visit) -> None:
    before = drawn(visit(i="mean", symbol="AAPL"))[5]["values"]
    fill(writable(engine().real.store), "AAPL")  # as cheap as the first symbol now
    assert drawn(visit(i="mean", symbol="AAPL"))[5]["values"] != before
    assert COMPUTED == {"mean 3": 2}


def test_an_indicator_that_is_gone_is_told_and_removed(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    test = visit(i=["mean", "edges~source.@0.mean"])
    monkeypatch.setattr(
        Catalog, "find", lambda self, name, find=Catalog.find: find(self, "gone" if name == "mean" else name)
    )
    test.run()
    assert not test.exception
    assert "Unknown indicator" in told(test)


def test_a_broken_plugin_is_run_three_times_and_never_again(visit: Visit) -> None:
    test = visit(i=["broken", "mean"])
    for length in range(4, 12):
        slider(test, 0).set_value(length).run()
        assert names(test) == ["MEAN 3"]
    assert COMPUTED["broken"] == 3
    visit(i=["broken", "mean"], symbol="AAPL")
    assert COMPUTED["broken"] == 3


def test_drawing_again_does_not_run_what_has_failed(visit: Visit) -> None:
    test = visit(i=["broken", "mean"])
    for _ in range(5):
        slider(test, 1).set_value(slider(test, 1).value + 1).run()
        test.run()
    assert COMPUTED["broken"] == 1


def test_a_switched_off_indicator_says_so_and_can_be_switched_on(visit: Visit) -> None:
    test = visit(i="broken")
    for length in (4, 5, 6):
        slider(test, 0).set_value(length).run()
    for part in ("counted 2.5", "Switched off after 3 failures in a row", "ValueError: no luck with 5"):
        assert part in told(whole(test))
    test.main.button("failed.0.on").click().run()
    assert "Switched off" not in told(whole(test))
    assert COMPUTED["broken"] == 4


def test_a_switched_off_indicator_is_not_drawn_again_with_the_chart(visit: Visit) -> None:
    test = visit(i=["broken", "mean"])
    for length in (4, 5, 6):
        slider(test, 0).set_value(length).run()
    whole(test)
    slider(test, 1).set_value(9).run()
    assert names(test) == ["MEAN 9"]
    assert not test.main.button, "the run was the chart's alone"
    slider(test, 0).set_value(7).run()
    assert not test.main.button


def test_trying_again_runs_it_again(visit: Visit) -> None:
    test = visit(i="broken")
    test.main.button("failed.0.again").click().run()
    assert COMPUTED["broken"] == 2


def test_what_is_computed_from_a_broken_one_says_so_and_does_not_count(visit: Visit) -> None:
    test = visit(i=["broken", "mean~length.4~source.@0.x", "mean~length.5~source.@1.mean"])
    assert told(test).count("Broken, which it is computed from, has no values.") == 2
    assert COMPUTED == {"broken": 1}


def test_one_that_changes_its_bars_changes_no_other(visit: Visit) -> None:
    [alone] = drawn(visit(i="mean"))[5:]
    spoilt = drawn(visit(i=["spoiling", "mean~length.3~source.close", "edges"]))
    assert spoilt[6]["values"] == alone["values"]
    assert max(spoilt[2]["close"]) > 0


def test_a_look_changes_the_picture_and_computes_nothing(visit: Visit) -> None:
    test = visit(i="edges")
    COMPUTED.clear()
    open_style(test, "edges.0")
    widget(test, "color_picker", "edges.0~top.color").set_value("#FF8800").run()
    widget(test, "button_group", "edges.0~top.width").set_value(4).run()
    widget(test, "checkbox", "edges.0~bottom.visible").uncheck().run()
    assert [(trace["name"], trace["color"], trace["width"]) for trace in drawn(test)[5:]] == [
        ("EDGES 3 Top", "#ff8800", 4)
    ]
    assert link(test)["i"][0].endswith("~-top.ff8800.4~-bottom.off")
    assert not COMPUTED


def test_a_look_comes_back_with_the_link(visit: Visit) -> None:
    test = visit(i="edges~-top.ff8800.2~-bottom.off")
    assert [(trace["name"], trace["color"]) for trace in drawn(test)[5:]] == [("EDGES 3 Top", "#ff8800")]
    open_style(test, "edges.0")
    assert widget(test, "color_picker", "edges.0~top.color").value == "#ff8800"
    assert widget(test, "button_group", "edges.0~top.width").value == 2
    assert not widget(test, "checkbox", "edges.0~bottom.visible").value


def test_a_width_is_let_go_and_a_style_reset(visit: Visit) -> None:
    test = visit(i="edges~-top.ff8800.2~-bottom.off")
    open_style(test, "edges.0")
    widget(test, "button_group", "edges.0~top.width").set_value(None).run()
    assert [trace["width"] for trace in drawn(test)[5:]] == [1.5]
    widget(test, "button", "edges.0~reset").click().run()
    assert colors(test) == {"EDGES 3 Top": 0, "Bottom": "#112233"}
    test.run()
    assert widget(test, "checkbox", "edges.0~bottom.visible").value


def test_looks_are_drawn_only_while_they_are_laid_open(visit: Visit) -> None:
    test = visit(i=["edges", "mean"])
    assert not test.sidebar.get("color_picker")
    open_style(test, "edges.0")
    assert len(test.sidebar.get("color_picker")) == 2
    test.sidebar.button("edges.0~done").click().run()
    assert not test.sidebar.get("color_picker")


def test_the_eye_takes_an_indicator_off_the_chart_and_its_dependents_stay(visit: Visit) -> None:
    test = visit(i=["mean~length.7", "mean~length.4~source.@0.mean"])
    before = drawn(test)[6]
    COMPUTED.clear()
    test.sidebar.button("mean.0.eye").click().run()
    assert drawn(test)[5:] == [before]
    assert link(test)["i"][0].endswith("~-.off")
    test.sidebar.button("mean.0.eye").click().run()
    assert len(drawn(test)[5:]) == 2
    assert not COMPUTED


def test_what_is_hidden_is_not_computed(visit: Visit) -> None:
    visit(i=["mean~length.7~-.off", "edges~-top.off~-bottom.off", "broken~-.off"])
    assert not COMPUTED
