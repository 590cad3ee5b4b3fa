"""The Plugins page in a real browser: from the chart and back, a package installed beside the app, the preview."""

from collections.abc import Iterator
from os import pathsep
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app_driver import PATIENCE_MS, App
from tests.browser.server import ROOT, streamlit_server
from tests.browser.test_app import SCRIPT, settings
from tests.verdicts.packages import install


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder on the server's path, as pip would install into."""
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, site: Path) -> Iterator[str]:
    """Give the URL of the app over made-up bars."""
    path = pathsep.join((str(ROOT), str(site)))
    folder = tmp_path_factory.mktemp("plugins")
    with streamlit_server(SCRIPT, environment=settings(folder, STOCKDASH_SOURCE="demo", PYTHONPATH=path)) as served:
        yield served


def open_plugins(app: App) -> None:
    app.sidebar.get_by_role("link", name="Plugins").click()
    expect(app.page.get_by_role("heading", name="Plugins", exact=True)).to_be_visible(timeout=PATIENCE_MS)


def open_chart(app: App) -> None:
    app.sidebar.get_by_role("link", name="Chart").click()
    app.await_chart()


def find(app: App, words: str, name: str) -> None:
    """Search, and pick the first row once it is the one of that name."""
    app.page.get_by_label("Search the indicators").fill(words)
    expect(app.page.get_by_test_id("glide-cell-0-0")).to_have_text(name, timeout=PATIENCE_MS)
    app.page.locator(".st-key-plugins-list").get_by_test_id("stDataFrame").click(position={"x": 60, "y": 50})


def test_the_way_to_the_plugins_and_back_keeps_view_and_link(page: Page, url: str):
    app = App(page, url, "?symbol=AAPL&from=2026-03-02&to=2026-06-01&i=sma~length.33").await_chart()
    app.slider().press("ArrowRight")
    app.await_link(r"from=2026-03-02&to=2026-06-01&i=sma~length\.34")
    times, link = app.says("times"), page.url
    open_plugins(app)
    assert page.url.endswith("/plugins")
    open_chart(app)
    app.await_legend("SMA 34")
    expect(page).to_have_url(link, timeout=PATIENCE_MS)
    assert app.says("times") == times


def test_the_back_button_leads_from_the_plugins_to_the_view_that_was_left(page: Page, url: str):
    app = App(page, url, "?symbol=AAPL&i=sma~length.33").await_chart()
    app.slider().press("ArrowRight")
    app.await_link(r"i=sma~length\.34")
    open_plugins(app)
    page.go_back()
    app.await_chart()
    app.await_legend("SMA 34")
    app.await_link(r"i=sma~length\.34")
    expect(app.slider()).to_have_value("34")


def test_an_indicator_is_found_tried_out_and_added(page: Page, url: str):
    app = App(page, url, "?symbol=NVDA&i=none").await_chart()
    open_plugins(app)
    find(app, "relative strength oversold", "Relative strength index")
    expect(page.get_by_role("heading", name="Relative strength index")).to_be_visible(timeout=PATIENCE_MS)
    app.await_chart()
    page.locator(".st-key-card-try").get_by_role("slider").first.press("ArrowRight")
    app.await_legend("RSI 15")
    app.await_link(r"/plugins\?id=rsi$")
    page.get_by_role("button", name="Add to chart").click()
    app.await_link(r"\?symbol=NVDA&i=rsi~length\.15")
    app.await_chart()
    app.await_legend("NVDA · MADE-UP DATA")
    app.await_legend("RSI 15")


def test_a_package_installed_beside_the_app_is_found_by_rescan_and_in_the_chart(page: Page, url: str, site: Path):
    app = App(page, url, "?symbol=NVDA&i=none").await_chart()
    open_plugins(app)
    install(site, "plain", "fails")
    page.get_by_role("button", name="Rescan").click()
    app.await_text("Found stub-lines 1.0 with 2 indicators")
    find(app, "fails", "Fails")
    app.await_text("ZeroDivisionError: division by zero")
    open_chart(app)
    page.get_by_label("Add an indicator").fill("plain")
    page.get_by_role("button", name="Plain").first.click()
    app.await_legend("PLAIN")


def test_the_page_fits_a_phone(page: Page, url: str):
    page.set_viewport_size({"width": 390, "height": 844})
    app = App(page, url).await_chart()
    page.get_by_test_id("stExpandSidebarButton").click()
    app.sidebar.get_by_role("link", name="Plugins").click()
    expect(page.get_by_role("heading", name="Plugins", exact=True)).to_be_visible(timeout=PATIENCE_MS)
    assert page.evaluate("document.querySelector('[data-testid=stMain]').scrollWidth") <= 390
