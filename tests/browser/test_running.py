"""Indicators that fail, take too long or are to look otherwise, in a real browser."""

from collections.abc import Iterator
from os import pathsep
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.app_driver import App
from tests.browser.server import ROOT, streamlit_server
from tests.browser.test_app import SCRIPT, settings
from tests.pages.counted import GATE, install


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("running")


@pytest.fixture(scope="module")
def with_package(folder: Path) -> Iterator[str]:
    """Give the URL of the app, which waits a second for an indicator."""
    environment = settings(
        folder,
        STOCKDASH_SOURCE="demo",
        STOCKDASH_INDICATOR_SECONDS="1",
        PYTHONPATH=pathsep.join((str(ROOT), str(install(folder / "site")))),
        **{GATE: str(folder / "gate")},
    )
    with streamlit_server(SCRIPT, environment=environment) as url:
        yield url


def test_looks_are_changed_in_the_card_and_come_back_with_the_link(page: Page, with_package: str):
    app = App(page, with_package, "?symbol=NVDA&i=edges").await_chart()
    app.sidebar.get_by_role("button", name="Options of EDGES").click()
    page.get_by_text("Colours and lines").click()
    app.sidebar.get_by_role("radiogroup", name="Width of Top").get_by_text("4").click()
    app.await_link(r"~-top\.4")
    app.sidebar.get_by_text("Bottom", exact=True).click()
    app.await_link(r"~-bottom\.off")
    expect(page.locator(".sd-overlay")).not_to_contain_text("Bottom")
    page.reload()
    app.await_chart()
    app.await_legend("EDGES 3 Top")
    assert "Bottom" not in app.legend()


def test_the_eye_takes_an_indicator_off_the_chart_and_brings_it_back(page: Page, with_package: str):
    app = App(page, with_package, "?symbol=NVDA&i=edges&i=mean").await_chart()
    app.sidebar.get_by_role("button", name="Hide EDGES 3").click()
    expect(page.locator(".sd-overlay")).not_to_contain_text("EDGES")
    app.await_legend("MEAN 3")
    app.sidebar.get_by_role("button", name="Show EDGES 3").click()
    app.await_legend("EDGES 3")


def test_a_broken_indicator_has_a_card_and_is_switched_off_and_on(page: Page, with_package: str):
    app = App(page, with_package, "?symbol=NVDA&i=mean&i=broken").await_chart()
    card = page.get_by_role("alert")
    expect(card).to_contain_text("ValueError: no luck with 3")
    app.await_legend("MEAN 3")
    for length in (4, 5):
        app.slider(1).press("ArrowRight")
        expect(card).to_contain_text(f"no luck with {length}")
    app.slider(1).press("ArrowRight")
    expect(card).to_contain_text("Switched off after 3 failures in a row")
    page.get_by_role("button", name="Switch on again").click()
    expect(card).to_contain_text("no luck with 6")
    page.locator(".st-key-below").get_by_role("button", name="Remove").click()
    expect(card).to_have_count(0)
    app.await_link(r"i=mean[^&]*$")


def test_the_chart_leaves_room_for_the_card(page: Page, with_package: str):
    App(page, with_package, "?symbol=NVDA&i=broken~length.9").await_chart()
    expect(page.locator(".st-key-below")).to_be_in_viewport(ratio=0.95)


def test_what_takes_too_long_is_drawn_when_it_is_done(page: Page, with_package: str, folder: Path):
    app = App(page, with_package, "?symbol=NVDA&i=mean&i=waiting").await_chart()
    expect(page.get_by_role("alert")).to_contain_text("It took longer than 1 s.")
    app.await_legend("MEAN 3")
    (folder / "gate").touch()
    app.await_legend("WAITING 3")
    expect(page.get_by_role("alert")).to_have_count(0)
