"""The main job on real input: real bars from a loopback Yahoo, through the real yfinance, into a real browser.

The app and Yahoo live at the evening of 2026-08-04, the last day of the real 30-minute bars.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest
from playwright.sync_api import Page

from stockdash.stores.sqlite import SqliteStore
from tests.browser.app_driver import App
from tests.browser.server import ROOT, streamlit_server
from tests.browser.test_app import NO_NETWORK, settings
from tests.peers.real_world import RealWorld
from tests.peers.yahoo import YahooPeer

NOW = datetime(2026, 8, 4, 21, 30, tzinfo=UTC)


@contextmanager
def app_at_now(folder: Path, environment: dict[str, str]) -> Iterator[str]:
    script = ROOT / "tests" / "browser" / "dated_app.py"
    day = {"STOCKDASH_TEST_NOW": NOW.isoformat()}
    with streamlit_server(
        script, environment=settings(folder, STOCKDASH_TICKERS="NVDA,^GSPC") | day | environment
    ) as url:
        yield url


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("real")


@pytest.fixture(scope="module")
def yahoo(real_bars: Path) -> Iterator[YahooPeer]:
    with YahooPeer(RealWorld(real_bars), NOW) as peer:
        yield peer


@pytest.fixture(scope="module")
def fetched(folder: Path, yahoo: YahooPeer) -> Iterator[str]:
    """Give the URL of the app after its first start against Yahoo."""
    with app_at_now(folder, yahoo.environment()) as url:
        yield url


def test_first_start_fetches_and_draws_nvidia(page: Page, fetched: str):
    app = App(page, fetched).await_chart(resolution="1d")
    app.await_legend("NVDA")
    app.await_text("NVIDIA Corporation")
    assert "MADE-UP" not in app.legend()


def test_no_step_across_the_split_of_june_2024(page: Page, fetched: str, folder: Path):
    app = App(page, fetched, "?symbol=NVDA&from=2024-05-20&to=2024-07-01").await_chart(resolution="1d")
    app.await_legend("NVDA")
    store = SqliteStore(folder / "stockdash.db")
    closes = store.read("NVDA", "1d", start=datetime(2024, 5, 20, tzinfo=UTC), end=datetime(2024, 7, 1, tzinfo=UTC))[
        "close"
    ]
    assert closes.pct_change().abs().max() < 0.1
    # NVDA closed at 1208.88 on 2024-06-07, before the split of ten for one.
    assert closes[pd.Timestamp("2024-06-07", tz="UTC")] == pytest.approx(120.888, abs=0.01)


def test_a_week_is_half_hours_and_months_are_days(page: Page, fetched: str):
    app = App(page, fetched, "?symbol=NVDA").await_chart(resolution="1d")
    app.zoom(18, at=0.97)
    app.await_chart(resolution="30m")
    app.zoom(-20, at=0.97)
    app.await_chart(resolution="1d")


def test_a_reload_shows_the_same_moved_average(page: Page, fetched: str):
    app = App(page, fetched, "?symbol=NVDA").await_chart()
    app.slider().press("ArrowRight")
    app.await_legend("SMA 21")
    app.await_link("sma~length.21")
    picture = app.picture()
    page.reload()
    app.await_chart().await_legend("SMA 21")
    assert app.picture() == picture


def test_drawing_pages_asks_yahoo_nothing(page: Page, fetched: str, yahoo: YahooPeer):
    App(page, fetched).await_chart()
    App(page, fetched, "?symbol=^GSPC").await_chart()
    before = len(yahoo.requests)
    for link in ("?symbol=NVDA&range=Max", "?symbol=^GSPC&range=5D", "?symbol=KO"):
        App(page, fetched, link)
        page.wait_for_timeout(500)
    assert len(yahoo.requests) == before


def test_a_restart_without_a_network_shows_what_was_fetched(page: Page, fetched: str, folder: Path):
    App(page, fetched).await_chart()
    with app_at_now(folder, NO_NETWORK) as url:
        app = App(page, url, "?symbol=NVDA").await_chart(resolution="1d")
        app.await_legend("NVDA")
