import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.browser.chromium import INSTALL, chromium, chromium_path
from tests.browser.server import ROOT, streamlit_server


# Not for the whole session: while Playwright runs, its event loop keeps other tests from starting one.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if chromium_path() is None:
        report = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        report(f"no Chromium on this machine; {INSTALL}")
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    # One for all tests of a module: its cache keeps plotly.js, which a browser that comes back also has.
    opened = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    yield opened
    opened.close()


@contextmanager
def _errorless_page(context: BrowserContext) -> Iterator[Page]:
    errors: list[str] = []
    opened = context.new_page()
    opened.on("pageerror", lambda error: errors.append(str(error)))
    opened.on("console", lambda message: message.type == "error" and errors.append(message.text))
    yield opened
    opened.close()
    assert errors == []


@pytest.fixture
def page(context: BrowserContext) -> Iterator[Page]:
    """Give a fresh page of 1280 by 900; the test fails when the browser reports an error."""
    with _errorless_page(context) as opened:
        yield opened


@pytest.fixture(scope="module")
def shared_page(context: BrowserContext) -> Iterator[Page]:
    """Give one page for all tests of a module, which leave it as they found it: loading takes the longest."""
    with _errorless_page(context) as opened:
        yield opened


@pytest.fixture(scope="session")
def chart_app() -> Iterator[str]:
    """Give the URL of the chart alone, over made-up bars."""
    with streamlit_server(ROOT / "tests" / "browser" / "chart_app.py") as url:
        yield url
