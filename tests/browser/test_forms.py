"""A parameter of a package that is installed beside the app, in a real browser."""

from collections.abc import Iterator
from os import pathsep

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app_driver import App
from tests.browser.server import ROOT, streamlit_server
from tests.browser.test_app import SCRIPT, settings
from tests.pages.test_controls import METADATA


@pytest.fixture(scope="module")
def with_package(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the URL of the app with the rows of docs/parameters.md as its indicators."""
    folder = tmp_path_factory.mktemp("forms")
    info = folder / "site" / "every_row-1.0.dist-info"
    info.mkdir(parents=True)
    for name, content in METADATA.items():
        (info / name).write_text(content)
    path = pathsep.join((str(ROOT), str(info.parent)))
    with streamlit_server(SCRIPT, environment=settings(folder, STOCKDASH_SOURCE="demo", PYTHONPATH=path)) as url:
        yield url


def test_a_sub_form_is_chosen_tuned_reloaded_and_reset(page: Page, with_package: str):
    app = App(page, with_package, "?symbol=NVDA&i=average").await_chart()
    app.sidebar.get_by_text("weighted", exact=True).click()
    app.await_link(r"i=average~average-kind\.weighted~average-power\.0\.5")
    app.slider().press("ArrowRight")
    app.await_link(r"average-power\.0\.51")
    page.reload()
    app.await_chart()
    expect(app.slider()).to_have_value("0.51")
    app.sidebar.get_by_role("button", name="Options of AVERAGE").click()
    page.get_by_text("Reset everything").click()
    app.await_link(r"average-kind\.plain~average-length\.5")
    expect(app.slider()).to_have_value("5")


def test_an_indicator_of_an_indicator_is_drawn_in_its_pane(page: Page, with_package: str):
    link = "?symbol=NVDA&i=rsi&i=sma~length.5~source.close&i=source"
    app = App(page, with_package, link).await_chart()
    box = app.sidebar.get_by_role("combobox", name="Source").last
    box.click()
    box.fill("RSI")
    page.get_by_role("option", name="RSI (no. 1)").click()
    app.await_legend("SOURCE (RSI 14)")
    app.await_link(r"i=source~source\.(@|%40)0\.rsi")
    page.reload()
    app.await_chart()
    app.await_legend("SOURCE (RSI 14)")
