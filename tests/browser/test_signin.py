"""Signing in as a user does: the app, a provider of OpenID Connect on this machine, and Chromium."""

import json
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.server import ROOT, streamlit_server

PATIENCE_MS = 40_000
USERS = (
    {"sub": "ann", "email": "ann@example.org", "email_verified": True},
    {"sub": "boss", "email": "boss@example.org", "email_verified": True},
    {"sub": "stranger", "email": "stranger@example.net", "email_verified": True},
    {"sub": "unverified", "email": "ann@example.org", "email_verified": False},
)
SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "only for these tests, and longer than fourteen bytes"
client_id = "stockdash"
client_secret = "any will do"
server_metadata_url = "http://127.0.0.1:{port}/.well-known/openid-configuration"
"""


@pytest.fixture(scope="module")
def provider() -> Iterator[int]:
    """Serve the users above; gives the port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    users = [part for user in USERS for part in ("--user-claims", json.dumps(user))]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock", "--port", str(port), *users]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _await(f"http://127.0.0.1:{port}/.well-known/openid-configuration", server)
        yield port
    finally:
        server.terminate()
        server.wait(timeout=10)


@pytest.fixture(scope="module")
def app(provider: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("signin")
    secrets = folder / "secrets.toml"
    secrets.write_text(SECRETS.format(port=provider))
    environment = {
        "STOCKDASH_DATA_DIR": str(folder / "data"),
        "STOCKDASH_SOURCE": "demo",
        "STOCKDASH_TICKERS": "NVDA",
        "STOCKDASH_CHECK_PLUGINS": "false",
        "STOCKDASH_ALLOWED_USERS": "@example.org",
        "STOCKDASH_OPERATORS": "boss@example.org",
        "STREAMLIT_SECRETS_FILES": str(secrets),
    }
    with streamlit_server(ROOT / "streamlit_app.py", environment=environment) as url:
        yield url


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A visitor whom neither the app nor the provider has seen."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    opened = context.new_page()
    opened.set_default_timeout(PATIENCE_MS)
    yield opened
    context.close()


def _await(url: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310 (the server above)
        except OSError:
            assert server.poll() is None, "The provider ended before it answered."
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(url)


def sign_in(page: Page, url: str, user: str) -> None:
    page.goto(url)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name=user, exact=True).click()
    page.wait_for_url(re.compile(re.escape(url.partition("/data")[0])))


def account(page: Page) -> str:
    return page.locator(".st-key-account").inner_text()


def test_a_stranger_sees_nothing_but_the_way_in(page: Page, app: str) -> None:
    for path in ("", "plugins", "data", "?symbol=NVDA"):
        page.goto(f"{app}/{path}")
        expect(page.get_by_role("heading", name="Sign in to stockdash")).to_be_visible(timeout=PATIENCE_MS)
        assert "NVDA" not in page.locator("body").inner_text()
        assert page.get_by_test_id("stSidebarNav").count() == 0


def test_who_is_allowed_comes_in_as_a_viewer(page: Page, app: str) -> None:
    sign_in(page, app, "ann")
    page.wait_for_selector(".sd-chart[data-state=ready]")
    assert "ann@example.org · viewer" in account(page)
    page.get_by_test_id("stSidebarNav").get_by_text("Data").click()
    expect(page.get_by_text("Only an operator of this app can ingest from here.")).to_be_visible(timeout=PATIENCE_MS)


def test_an_operator_ingests(page: Page, app: str) -> None:
    sign_in(page, app, "boss")
    page.wait_for_selector(".sd-chart[data-state=ready]")
    assert "boss@example.org · operator" in account(page)
    page.get_by_test_id("stSidebarNav").get_by_text("Data").click()
    page.get_by_role("button", name="Ingest now").click()
    expect(page.get_by_text(re.compile("Done: took"))).to_be_visible(timeout=PATIENCE_MS)


@pytest.mark.parametrize(
    ("user", "reason"), [("stranger", "stranger@example.net is not on the list"), ("unverified", "has not verified")]
)
def test_who_is_refused_is_told_why_and_sees_nothing(page: Page, app: str, user: str, reason: str) -> None:
    sign_in(page, app, user)
    expect(page.get_by_text(reason)).to_be_visible(timeout=PATIENCE_MS)
    assert page.locator(".sd-chart").count() == 0


def test_who_signs_out_is_out(page: Page, app: str) -> None:
    sign_in(page, app, "ann")
    page.wait_for_selector(".sd-chart[data-state=ready]")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="End session").click()
    expect(page.get_by_role("heading", name="Sign in to stockdash")).to_be_visible(timeout=PATIENCE_MS)


def test_machines_read_the_metrics_without_signing_in(app: str) -> None:
    with urllib.request.urlopen(f"{app}/metrics", timeout=10) as answer:  # noqa: S310 (the server above)
        assert b"stockdash_store_up 1.0" in answer.read()
