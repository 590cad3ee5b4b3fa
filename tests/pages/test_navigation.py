"""Leaving the chart for another page and coming back, without a browser: the script draws the one or the other."""

import pytest
from streamlit.testing.v1 import AppTest

from stockdash.indicators.rsi import INDICATOR as RSI
from stockdash.pages._instances import Instance
from tests.pages.conftest import PATIENCE_SECONDS
from tests.pages.test_chart import link, names

pytestmark = pytest.mark.usefixtures("stored")


def script() -> None:
    import streamlit as st  # noqa: PLC0415 - AppTest runs this function's source alone

    from stockdash.pages import _navigation  # noqa: PLC0415

    _navigation._plugins() if st.session_state.get("elsewhere") else _navigation._chart()


@pytest.fixture
def chart() -> AppTest:
    test = AppTest.from_function(script, default_timeout=PATIENCE_SECONDS)
    test.query_params["symbol"] = "AAPL"
    return test.run()


def away(test: AppTest) -> AppTest:
    """Open the other page, which drops the link as Streamlit's menu does."""
    test.query_params.clear()
    test.session_state["elsewhere"] = True
    test.run()
    assert not test.exception
    return test


def back(test: AppTest, **query: str) -> AppTest:
    test.query_params.clear()
    for name, value in query.items():
        test.query_params[name] = value
    test.session_state["elsewhere"] = False
    test.run()
    assert not test.exception
    return test


def test_coming_back_brings_the_view_its_link_and_its_widgets(chart: AppTest) -> None:
    chart.main.button_group("range").set_value("1Y").run()
    chart.run().sidebar.slider[0].set_value(33).run()
    before = link(chart)
    again = back(away(chart))
    assert (link(again), names(again)[0]) == (before, "SMA 33")
    assert (again.main.button_group("range").value, again.sidebar.slider[0].value) == ("1Y", 33)
    assert {name: again.query_params[name] for name in ("symbol", "range")} == {"symbol": "AAPL", "range": "1Y"}


def test_a_zoom_is_there_after_coming_back(chart: AppTest) -> None:
    chart.query_params.clear()
    zoomed = back(chart, symbol="AAPL", **{"from": "2026-06-01", "to": "2026-07-01"})
    again = back(away(zoomed))
    assert link(again)["from"] == ["2026-06-01"]


def test_a_link_that_the_browser_brings_wins_over_the_view_that_was_left(chart: AppTest) -> None:
    assert link(back(away(chart), symbol="NVDA"))["symbol"] == ["NVDA"]


def test_an_indicator_that_was_asked_for_elsewhere_is_added_on_the_way_back(chart: AppTest) -> None:
    chart.session_state["wanted"] = (Instance("rsi", RSI.params(length=9)),)
    again = back(away(chart))
    assert names(again)[-1] == "RSI 9"
    assert link(again)["i"][-1].startswith("rsi~length.9")
