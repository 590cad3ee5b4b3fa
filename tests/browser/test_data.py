"""The Data page in Chromium: the picture, a run by hand, and what machines are told meanwhile."""

import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app_driver import PATIENCE_MS, App
from tests.browser.server import ROOT, streamlit_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    environment = {
        "STOCKDASH_DATA_DIR": str(tmp_path_factory.mktemp("data")),
        "STOCKDASH_SOURCE": "demo",
        "STOCKDASH_TICKERS": "NVDA,AAPL",
        "STOCKDASH_CHECK_PLUGINS": "false",
    }
    with streamlit_server(ROOT / "streamlit_app.py", environment=environment) as url:
        yield url


@pytest.fixture
def data(page: Page, server: str) -> Page:
    """The page, come to from the chart."""
    App(page, server, "?symbol=NVDA").await_chart()
    page.get_by_test_id("stSidebarNav").get_by_text("Data").click()
    expect(page.locator(".js-plotly-plot .heatmaplayer image").first).to_be_attached(timeout=PATIENCE_MS)
    return page


def health(server: str) -> tuple[int, str]:
    try:
        with urllib.request.urlopen(f"{server}/healthz", timeout=10) as answer:  # noqa: S310 (the server above)
            return answer.status, json.load(answer)["status"]
    except urllib.error.HTTPError as refused:
        return refused.code, json.load(refused)["reason"]


def test_the_picture_has_a_row_a_symbol_and_a_legend(data: Page) -> None:
    rows = data.locator(".js-plotly-plot .yaxislayer-above text, .js-plotly-plot .ytick text").all_text_contents()
    assert sorted(rows) == ["AAPL", "NVDA"]
    legend = data.locator(".sd-legend li").all_inner_texts()
    assert legend == ["Complete", "Provisional", "Missing at the source", "Not fetched", "Nothing expected"]


def test_a_cell_tells_its_day_and_how_many_bars_there_are(data: Page) -> None:
    box = data.locator(".js-plotly-plot .nsewdrag").bounding_box()
    assert box is not None
    data.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 4)
    expect(data.locator(".js-plotly-plot .hovertext")).to_contain_text(
        re.compile(r"NVDA, \w{3} \d\d \w{3} \d{4}.*Complete: 1 of 1 bars"), timeout=PATIENCE_MS
    )


def test_a_run_by_hand_is_followed_to_its_end(data: Page, server: str) -> None:
    data.get_by_role("button", name="Ingest now").click()
    expect(data.get_by_text(re.compile("Done: took"))).to_be_visible(timeout=PATIENCE_MS)
    expect(data.get_by_role("button", name="Ingest now")).to_be_visible(timeout=PATIENCE_MS)
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while health(server) != (200, "ok"):
        # What is kept of an earlier answer may be ten seconds old.
        assert time.monotonic() < deadline, health(server)
        time.sleep(0.5)


def test_going_to_the_data_and_back_keeps_the_view(data: Page, server: str) -> None:
    data.get_by_test_id("stSidebarNav").get_by_text("Chart").click()
    data.wait_for_selector(".sd-chart[data-state=ready]")
    expect(data).to_have_url(re.compile(f"{re.escape(server)}/\\?symbol=NVDA"), timeout=PATIENCE_MS)


def test_a_phone_scrolls_in_one_direction(data: Page) -> None:
    data.set_viewport_size({"width": 390, "height": 844})
    expect(data.locator(".sd-legend")).to_be_visible(timeout=PATIENCE_MS)
    main = data.get_by_test_id("stMain")
    assert main.evaluate("place => place.scrollWidth <= place.clientWidth")
