"""What the app's server writes into its log."""

import time
from pathlib import Path

from stockdash.stores.sqlite import SqliteStore
from tests.browser.server import streamlit_server
from tests.browser.test_app import SCRIPT, settings

_PATIENCE_SECONDS = 30


def await_line(log: Path, text: str) -> str:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while text not in log.read_text():
        assert time.monotonic() < deadline, f"no {text!r} in:\n{log.read_text()}"
        time.sleep(0.1)
    return log.read_text()


def test_the_log_tells_of_the_background_work_each_line_once(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    with streamlit_server(SCRIPT, environment=settings(tmp_path, STOCKDASH_SOURCE="demo"), log=log):
        lines = await_line(log, "Ingestion run complete")
    assert lines.count("Background scheduler started") == 1
    assert lines.count("Ingestion run complete: ") == 1


def test_a_second_instance_says_that_it_skips(tmp_path: Path) -> None:
    store = SqliteStore(tmp_path / "demo" / "stockdash.db")
    lease = store.acquire("ingest", "elsewhere", 600)
    assert lease is not None
    log = tmp_path / "server.log"
    with streamlit_server(SCRIPT, environment=settings(tmp_path, STOCKDASH_SOURCE="demo"), log=log):
        await_line(log, "Another instance holds the ingestion lock; skipping")
    store.close()


def test_the_log_level_applies(tmp_path: Path) -> None:
    log = tmp_path / "server.log"
    with streamlit_server(
        SCRIPT, environment=settings(tmp_path, STOCKDASH_SOURCE="demo", LOG_LEVEL="warning"), log=log
    ):
        deadline = time.monotonic() + _PATIENCE_SECONDS
        store = SqliteStore(tmp_path / "demo" / "stockdash.db")
        while store.coverage("AAPL", "30m") is None:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        store.close()
    assert "Background scheduler" not in log.read_text()
