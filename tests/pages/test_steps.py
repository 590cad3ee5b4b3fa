"""The next steps of a slider, which come with the chart before anybody takes them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from streamlit.testing.v1 import AppTest

from stockdash.pages._engine import engine
from stockdash.pages._steps import follow_focus
from tests.pages.spread_plugin import install_spread
from tests.pages.test_chart import drawn, names

Visit = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stored.is_dir()
    install_spread(tmp_path, monkeypatch)


def slider(test: AppTest) -> dict[str, Any] | None:
    """What the chart was told of the slider that it follows."""
    [chart] = test.main.get("bidi_component")
    return orjson.loads(chart.proto.bytes.splitlines()[0])["slider"]


def step(test: AppTest, value: float, at: int = 0) -> AppTest:
    return test.sidebar.slider[at].set_value(value).run()


def focus(test: AppTest, said: object) -> AppTest:
    """Run the page after the browser has told of a slider in focus."""
    follow_focus(test.session_state["session"], engine().catalog, said)
    return test.run()


def near(test: AppTest) -> dict[float, dict[int, dict]]:
    """Traces by number that the next steps would bring, by the step."""
    told = slider(test)
    return {} if told is None else {to: {at: json.loads(line) for at, line in lines} for to, lines in told["near"]}


def test_a_page_that_nobody_has_touched_brings_no_steps(visit: Visit) -> None:
    assert slider(visit(i="sma~length.20")) is None


def test_a_step_brings_those_on_both_sides(visit: Visit) -> None:
    test = step(visit(i=["sma~length.20", "ema~length.50"]), 30)
    assert (slider(test)["key"], slider(test)["value"], list(near(test))) == ("sma.0.length", 30, [29, 31])


def test_what_a_step_brings_is_what_is_drawn_when_it_is_taken(visit: Visit) -> None:
    [(number, brought)] = near(step(visit(i=["sma~length.20", "ema~length.50"]), 30))[31].items()
    assert drawn(visit(i=["sma~length.31", "ema~length.50"]))[5 + number] == brought


def test_what_takes_its_source_from_the_indicator_is_brought_too(visit: Visit) -> None:
    brought = near(step(visit(i=["sma~length.20", "ema~length.50~source.@0.sma"]), 30))[31]
    taken = drawn(visit(i=["sma~length.31", "ema~length.50~source.@0.sma"]))[5:]
    assert brought == dict(enumerate(taken))


def test_at_the_end_of_a_slider_there_is_one_side(visit: Visit) -> None:
    assert list(near(step(visit(i="sma~length.20"), 200))) == [199]


def test_a_step_that_makes_no_sense_is_not_brought(visit: Visit) -> None:
    assert list(near(step(visit(i="spread"), 8))) == [7]


def test_a_step_that_fails_is_not_brought(visit: Visit) -> None:
    for value in (4, 6, 4, 6):
        test = step(visit(i="spread~fast.3~slow.40"), value)
        assert 5 not in near(test)
    assert f"SPREAD {value} 40 fast" in names(test)


def test_another_run_brings_them_no_more(visit: Visit) -> None:
    assert slider(step(visit(i="sma~length.20"), 30).run()) is None


def test_a_slider_in_focus_has_its_steps_brought(visit: Visit) -> None:
    test = focus(visit(i=["sma~length.20", "ema~length.50"]), "ema-1-length")
    assert (slider(test)["key"], list(near(test))) == ("ema.1.length", [49, 51])


@pytest.mark.parametrize("said", ["sma-7-length", "sma-0-nothing", "", None, 3, ["sma-0-length"], {"a": 1}], ids=str)
def test_what_is_no_slider_has_nothing_brought(visit: Visit, said: object) -> None:
    assert slider(focus(visit(i="sma~length.20"), said)) is None


def test_a_slider_whose_value_makes_no_sense_has_nothing_brought(visit: Visit) -> None:
    test = step(visit(i="spread"), 9)
    assert slider(focus(test, "spread-0-fast")) is None


def test_what_fails_all_the_while_keeps_no_steps_from_others(visit: Visit) -> None:
    test = step(visit(i=["spread~fast.5~slow.9", "sma~length.20"]), 30, at=2)
    assert list(near(test)) == [29, 31]


def test_a_step_of_what_another_link_does_not_show_is_forgotten(visit: Visit) -> None:
    test = step(visit(i=["sma~length.20", "spread~fast.5~slow.40"]), 30)
    test.query_params["i"] = ["ema~length.33"]
    assert not test.run().exception
    assert (names(test), slider(test)) == (["EMA 33"], None)


def test_a_step_and_a_removal_in_one_moment_are_a_removal(visit: Visit) -> None:
    test = visit(i=["sma~length.20", "ema~length.9"])
    test.sidebar.slider[0].set_value(25)
    test.sidebar.button("sma.0.remove").click().run()
    assert not test.exception
    assert names(test) == ["EMA 9"]
