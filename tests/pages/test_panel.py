"""Indicators that misbehave, from a package that is installed like any other."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.spread_plugin import install_spread
from tests.pages.test_chart import drawn, link, names, told


@pytest.fixture(autouse=True)
def installed(tmp_path: Path, stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert stored.is_dir()
    install_spread(tmp_path, monkeypatch)


def test_an_own_pane_has_area_lines_and_levels(visit: Callable[..., AppTest]) -> None:
    test = visit(i="spread")
    assert names(test) == ["", "SPREAD 3 9 fast", "slow"]
    assert [trace["kind"] for trace in drawn(test)[5:]] == ["band", "line", "dashes"]
    assert drawn(test)[0]["panes"] == ["price", "spread.0"]


def test_a_failing_indicator_has_a_card_and_the_rest_is_drawn(visit: Callable[..., AppTest]) -> None:
    test = visit(i=["spread~fast.5~slow.9", "sma~length.7"])
    assert not test.exception
    for part in ("<b>Spread</b>", "spread-plugin 1.2", "RuntimeError: five is &lt;b&gt;right&lt;/b&gt; out"):
        assert part in told(test)
    assert names(test) == ["SMA 7"]


def test_the_card_shows_the_plugins_frames_and_no_paths(visit: Callable[..., AppTest]) -> None:
    [code] = visit(i="spread~fast.5~slow.9").main.code
    assert code.value.splitlines() == [
        "spread_plugin, line 21, in spread",
        '    raise RuntimeError("five is <b>right</b> out")',
        "RuntimeError: five is <b>right</b> out",
    ]


def test_a_failing_indicator_can_be_removed_from_its_card(visit: Callable[..., AppTest]) -> None:
    test = visit(i=["spread~fast.5~slow.9", "sma~length.7"])
    test.main.button("failed.0.remove").click().run()
    assert [text.partition(".")[0] for text in link(test)["i"]] == ["sma~length"]
    assert "Spread" not in told(test)


def test_a_failing_indicator_is_back_when_it_works_again(visit: Callable[..., AppTest]) -> None:
    test = visit(i="spread~fast.5~slow.9")
    test.sidebar.slider[0].set_value(4).run()
    assert names(test)[1] == "SPREAD 4 9 fast"
    assert "sd-failed" not in told(test)


def test_parameters_that_contradict_each_other_keep_the_last_picture(visit: Callable[..., AppTest]) -> None:
    test = visit(i="spread")
    test.sidebar.slider[0].set_value(20).run()
    assert "Fast must be below Slow" in test.sidebar.error[0].value
    assert names(test)[1] == "SPREAD 3 9 fast"
    test.sidebar.slider[1].set_value(30).run()
    assert names(test)[1] == "SPREAD 20 30 fast"
    assert not test.sidebar.error


def test_a_link_with_contradicting_parameters_shows_the_defaults(visit: Callable[..., AppTest]) -> None:
    test = visit(i="spread~fast.9~slow.3")
    assert "Spread can&#x27;t be run with fast=9, slow=3" in told(test)
    assert link(test)["i"] == ["spread~fast.3~slow.9"]
