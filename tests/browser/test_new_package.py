"""A package that is none of ours, from the command that makes it to the chart, and through a fault and its mending."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from stockdash.new_plugin import write_plugin
from tests.browser.app_driver import PATIENCE_MS, App
from tests.browser.server import ROOT, streamlit_server
from tests.environments import fresh_environment, pip_install

FAULT = """    if params.length == 22:
        raise RuntimeError("twenty-two is more than I can take")
"""
FIRST_LINE = "    prices = price(bars, params.source)\n"


class Author:
    """Who writes the package and installs it beside the running app."""

    def __init__(self, folder: Path) -> None:
        self.python = fresh_environment(folder / "venv")
        self._package = write_plugin("hand-made", folder)
        self._module = self._package / "hand_made.py"
        self._change(self._module, "Bars averaged", "Bars that are averaged by hand")
        self._change(self._module, FIRST_LINE, FAULT + FIRST_LINE)

    def install(self) -> None:
        pip_install(self.python, self._package)

    def mend(self) -> None:
        self._change(self._module, FAULT, "")
        self._change(self._package / "pyproject.toml", 'version = "0.1.0"', 'version = "0.1.1"')
        self.install()

    @staticmethod
    def _change(file: Path, old: str, new: str) -> None:
        text = file.read_text()
        assert text.count(old) == 1
        file.write_text(text.replace(old, new))


def test_a_new_package_is_found_tuned_fails_alone_and_is_mended(page: Page, tmp_path: Path) -> None:
    pytest.importorskip("pip", reason="needs pip: python -m ensurepip")
    pytest.importorskip("hatchling", reason="needs the build backend: pip install hatchling")
    author = Author(tmp_path)
    with served(author, tmp_path) as url:
        app = App(page, url).await_chart()
        author.install()
        _rescan(app, says="hand-made 0.1.0")
        _add(app, "Hand made")
        app.await_legend("HAND-MADE 20")
        app.slider(2).press("ArrowRight")
        app.await_legend("HAND-MADE 21")
        app.slider(2).press("ArrowRight")
        expect(page.get_by_role("alert").filter(has_text="twenty-two")).to_contain_text("hand-made 0.1.0")
        expect(page.locator(".sd-overlay")).to_contain_text("SMA 20")
        app.await_link(r"hand-made~length\.22")
        link = page.url.removeprefix(f"{url}/")
        author.mend()
        _rescan(app, says="restart to use it")
        page.goto("about:blank")  # a page that loses its server says so as an error
    with served(author, tmp_path) as url:
        app = App(page, url, link).await_chart()
        app.await_legend("HAND-MADE 22")
        expect(page.get_by_role("alert")).to_have_count(0)


def served(author: Author, folder: Path):
    settings = {
        "STOCKDASH_DATA_DIR": str(folder / "data"),
        "STOCKDASH_TICKERS": "NVDA",
        "STOCKDASH_SOURCE": "demo",
        "STOCKDASH_CHECK_PLUGINS": "false",
    }
    return streamlit_server(ROOT / "streamlit_app.py", environment=settings, python=author.python)


def _rescan(app: App, *, says: str) -> None:
    app.page.get_by_role("button", name=re.compile("Browse all")).click()
    dialog = app.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Look for new packages").click()
    expect(dialog.get_by_text(says).first).to_be_visible(timeout=PATIENCE_MS)
    app.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)


def _add(app: App, name: str) -> None:
    app.sidebar.get_by_placeholder("Add an indicator").fill(name)
    app.sidebar.get_by_role("button", name=re.compile(name)).click()
