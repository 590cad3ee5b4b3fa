"""The volume profile in the browser: behind the candles, at its edge, in step with the price axis and the zoom."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app_driver import App
from tests.browser.server import ROOT, streamlit_server

MODULE = "/_stcore/bidi-components/stockdash.zoomchart/profile.js"
THEME = {"palette": ["#000000"], "text": "#000000"}
LAYER = "canvas.sd-profile"


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = str(tmp_path_factory.mktemp("demo"))
    settings = {"STOCKDASH_DATA_DIR": folder, "STOCKDASH_TICKERS": "NVDA", "XDG_CACHE_HOME": folder}
    with streamlit_server(
        ROOT / "streamlit_app.py", environment={**settings, "STOCKDASH_SOURCE": "demo", "STOCKDASH_CHECK_PLUGINS": "0"}
    ) as url:
        yield url


def trace(color: str, lengths: list[float], *, side: str = "right") -> dict[str, Any]:
    rows = {"low": [1, 2], "high": [2, 3], "inside": [1, 0], "lengths": lengths, "side": side, "group": "vp"}
    return {"kind": "profile", "color": color, "rows": rows}


def drawn(page: Page, chart_app: str, *traces: dict[str, Any]) -> list[dict[str, Any]]:
    """Give the rectangles of `traces` in a plot 100 pixels wide, a unit of price being 10 pixels from 100 down."""
    page.goto(chart_app)
    view = {"payload": {"traces": list(traces)}, "theme": THEME, "placed": {"plot": {"width": 100}}}
    script = f"""async (view) => {{
      const module = await import("{MODULE}");
      return module.profileBars(view, (value) => 100 - 10 * value);
    }}"""
    return page.evaluate(script, view)


def test_the_longest_row_takes_three_tenths_and_parts_stand_end_to_end(page: Page, chart_app: str):
    bars = drawn(page, chart_app, trace("#0000ff", [3, 1]), trace("#ff0000", [1, 1]))
    placed = [(round(bar["x"], 6), round(bar["width"], 6)) for bar in bars]
    assert placed == [(77.5, 22.5), (92.5, 7.5), (70, 7.5), (85, 7.5)]


def test_rows_lie_at_their_prices(page: Page, chart_app: str):
    [low, high] = drawn(page, chart_app, trace("#0000ff", [1, 1]))
    assert [(bar["y"], bar["height"]) for bar in (low, high)] == [(80, 9), (70, 9)]


def test_rows_may_begin_at_the_left(page: Page, chart_app: str):
    assert [bar["x"] for bar in drawn(page, chart_app, trace("#0000ff", [2, 1], side="left"))] == [0, 0]


def test_rows_outside_the_value_area_are_paler(page: Page, chart_app: str):
    [inside, outside] = drawn(page, chart_app, trace("#0000ff", [1, 1]))
    assert (inside["color"], outside["color"]) == ("rgba(0,0,255,0.46)", "rgba(0,0,255,0.2)")


def test_an_empty_row_is_not_drawn(page: Page, chart_app: str):
    assert len(drawn(page, chart_app, trace("#0000ff", [0, 5]))) == 1


def test_it_follows_the_zoom_and_the_legend_says_what_it_is_of(page: Page, made_up: str):
    app = App(page, made_up, "?symbol=NVDA&range=1Y&i=volume-profile").await_chart(resolution="1d")
    app.await_legend("VP 24 70 of the visible range: POC")
    expect(page.locator(LAYER)).to_have_attribute("data-bars", "48")
    levels = page.locator(".sd-row", has_text="of the visible range")
    of_the_year = levels.inner_text()
    app.keys("+", "+", "+")
    app.await_link("from=")
    expect(levels).not_to_have_text(of_the_year)
    expect(page.locator(LAYER)).to_be_visible()


def test_it_lies_behind_the_candles(page: Page, made_up: str):
    App(page, made_up, "?symbol=NVDA&i=volume-profile").await_chart()
    order = page.evaluate("[...document.querySelector('.sd-chart').children].map((child) => child.className)")
    assert order.index("sd-profile") < next(at for at, name in enumerate(order) if "sd-plot" in name)


def test_without_one_there_is_nothing_behind(page: Page, made_up: str):
    App(page, made_up, "?symbol=NVDA&i=sma").await_chart()
    expect(page.locator(LAYER)).to_be_hidden()
