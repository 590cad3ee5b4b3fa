"""Templates as a user works with them: saved, taken to another browser, exported and imported."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.app_driver import PATIENCE_MS, App
from tests.browser.server import ROOT, streamlit_server

LINK = "?symbol=NVDA&i=rsi~length.7&i=sma~length.5~source.@0.rsi"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    environment = {
        "STOCKDASH_DATA_DIR": str(tmp_path_factory.mktemp("templates")),
        "STOCKDASH_SOURCE": "demo",
        "STOCKDASH_TICKERS": "NVDA",
        "STOCKDASH_CHECK_PLUGINS": "false",
    }
    with streamlit_server(ROOT / "streamlit_app.py", environment=environment) as url:
        yield url


@pytest.fixture
def other(browser: Browser) -> Iterator[BrowserContext]:
    """Somebody else's browser."""
    opened = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield opened
    opened.close()


def opened(page: Page) -> None:
    page.get_by_role("button", name="Templates").click()
    expect(page.get_by_text("Import a template")).to_be_visible(timeout=PATIENCE_MS)


def test_a_template_goes_from_one_browser_to_another(page: Page, other: BrowserContext, server: str) -> None:
    first = App(page, server, LINK).await_chart()
    first.await_legend("SMA 5 (RSI 7)")
    opened(page)
    assert page.get_by_text("None are saved yet.").count() == 1
    page.get_by_label("Save what is shown as").fill("Smooth momentum")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved Smooth momentum.")).to_be_visible(timeout=PATIENCE_MS)
    second = App(other.new_page(), server, "?symbol=NVDA").await_chart()
    opened(second.page)
    second.page.get_by_role("button", name="Show", exact=True).click()
    second.await_legend("SMA 5 (RSI 7)")
    second.await_link(r"i=rsi~length\.7")


def test_a_template_is_exported_and_imported(page: Page, server: str, tmp_path: Path) -> None:
    app = App(page, server, LINK).await_chart()
    app.await_legend("SMA 5 (RSI 7)")
    opened(page)
    page.get_by_label("Save what is shown as").fill("To share")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved To share.")).to_be_visible(timeout=PATIENCE_MS)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export", exact=True).click()
    document = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
    assert (download.value.suggested_filename, document["name"]) == ("to-share.json", "To share")
    assert [entry["id"] for entry in document["indicators"]] == ["rsi", "sma"]
    document["indicators"][0]["params"]["length"] = 9
    document["indicators"].append({"id": "tide", "package": "tide-plugin"})
    file = tmp_path / "changed.json"
    file.write_text(json.dumps(document), encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)
    page.get_by_role("button", name="Show it").click()
    app.await_legend("SMA 5 (RSI 9)")
    app.await_text("stockdash plugins install tide-plugin")


def test_a_file_that_is_no_template_is_refused_in_its_place(page: Page, server: str, tmp_path: Path) -> None:
    app = App(page, server, LINK).await_chart()
    opened(page)
    file = tmp_path / "evil.json"
    file.write_text('{"format": "stockdash-template", "version": 1, "name": "<img src=x onerror=alert(1)>\\u202e"}')
    page.locator("input[type=file]").set_input_files(file)
    app.await_text("This is no template that can be read.")
    assert "RSI 7" in app.legend()
