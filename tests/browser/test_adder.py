"""The catalogue on the chart page: opened, narrowed, finding what is installed beside the running app."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.bench.app_speed import fill
from tests.browser.app_driver import App
from tests.browser.server import ROOT, streamlit_server
from tests.registry.packages import indicator, put


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory, site: Path) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("data")
    fill(folder, 1)
    quiet = dict.fromkeys(("ENABLE_SCHEDULER", "STOCKDASH_CHECK_PLUGINS"), "false")
    settings = {"STOCKDASH_DATA_DIR": str(folder), "STOCKDASH_SOURCE": "demo", **quiet}
    paths = os.pathsep.join((str(ROOT), str(site)))
    with streamlit_server(ROOT / "streamlit_app.py", environment={**settings, "PYTHONPATH": paths}) as address:
        yield address


def test_the_catalogue_is_narrowed_by_category_and_adds(page: Page, url: str) -> None:
    app = App(page, url, "?i=none").await_chart()
    page.get_by_role("button", name="Browse all").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("radio", name="Volume", exact=True).click()
    expect(dialog).to_contain_text("On-balance volume")
    expect(dialog).not_to_contain_text("Simple moving average")
    dialog.get_by_label("Search the indicators").fill("balance")
    expect(dialog).not_to_contain_text("Chaikin money flow")
    dialog.get_by_role("button", name="Add", exact=True).first.click()
    app.await_legend("OBV")
    expect(dialog).to_be_hidden()


def test_a_package_installed_beside_the_running_app_is_found_and_added(page: Page, url: str, site: Path) -> None:
    app = App(page, url, "?i=none").await_chart()
    put(site, "acme-new", indicator("acme-new", "Brand new"), version="3.2")
    page.get_by_role("button", name="Browse all").click()
    page.get_by_role("button", name="Look for new packages").click()
    app.await_text("Found acme-new 3.2 with 1 indicator.")
    page.get_by_label("Search the indicators").fill("brand new")
    expect(page.get_by_role("button", name="Add", exact=True)).to_have_count(1)
    page.get_by_role("button", name="Add", exact=True).click()
    app.await_legend("ACME-NEW")
