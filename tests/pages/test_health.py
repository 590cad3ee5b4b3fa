"""The two routes, as a web server answers them."""

import asyncio
import threading
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from stockdash.health.pulse import Pulse
from stockdash.ingest.schedule import Scheduler
from stockdash.pages import _health
from stockdash.pages._engine import engine
from stockdash.stores.sqlite import SqliteStore
from tests.pages.stored import FETCHED

pytestmark = pytest.mark.usefixtures("stored")


@pytest.fixture(autouse=True)
def nothing_remembered() -> None:
    """No measurement, count or token from the test before."""
    for kept in (_health._pulse, _health._exposition, _health._token):
        kept.cache_clear()
    _health._measuring.__init__()
    _health._answers.clear()


def get(path: str, *, host: str = "127.0.0.1", **headers: str) -> httpx.Response:
    """Ask as somebody at `host`."""
    app = Starlette(routes=_health.health_routes(), middleware=[_health.counted()])

    async def asking() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(host, 50000))
        async with httpx.AsyncClient(transport=transport, base_url="http://app") as client:
            return await client.get(path, headers={name.replace("_", "-"): text for name, text in headers.items()})

    return asyncio.run(asking())


def test_a_store_with_what_it_should_have_is_well() -> None:
    engine(_clock=lambda: FETCHED)
    answer = get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})


def test_stale_data_are_503_and_name_no_symbol(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOCKDASH_TICKERS", "NVDA,AAPL,TSM")
    answer = get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["reason"].startswith("data stale: ")
    assert "TSM" not in answer.text


def test_a_store_that_is_gone_is_503(stored: Path) -> None:
    engine().real.store.close()
    for file in stored.glob("stockdash.db*"):
        file.unlink()
    (stored / "stockdash.db").mkdir()
    answer = get("/healthz")
    assert answer.status_code == 503
    assert answer.json()["reason"].startswith("store unreachable: ")
    assert str(stored) not in answer.text
    (stored / "stockdash.db").rmdir()


def test_this_machine_reads_the_metrics() -> None:
    answer = get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert "stockdash_store_up 1.0" in answer.text


def test_answers_are_counted() -> None:
    get("/nothing-here")
    assert 'stockdash_http_responses_total{code="4xx"} 1.0' in get("/metrics").text


@pytest.mark.parametrize("host", ["192.168.1.5", "2001:db8::1", "testclient"])
def test_other_machines_do_not_read_the_metrics_without_a_token(host: str) -> None:
    answer = get("/metrics", host=host)
    assert answer.status_code == 403
    assert "STOCKDASH_METRICS_TOKEN" in answer.text


@pytest.mark.parametrize("header", ["X_Forwarded_For", "Forwarded", "X_Real_IP"])
def test_what_a_proxy_passes_on_is_not_this_machine(header: str) -> None:
    assert get("/metrics", **{header: "127.0.0.1"}).status_code == 403


def test_with_a_token_everybody_needs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STOCKDASH_METRICS_TOKEN", "open sesame")
    for host in ("127.0.0.1", "192.168.1.5"):
        assert get("/metrics", host=host).status_code == 401
        assert get("/metrics", host=host, Authorization="Bearer wrong").status_code == 401
        assert get("/metrics", host=host, Authorization="Bearer open sesame").status_code == 200


def test_a_scheduler_is_alive_from_its_start_to_its_stop() -> None:
    scheduler = engine().real.scheduler
    assert isinstance(scheduler, Scheduler)
    assert isinstance(engine().real.store, SqliteStore)
    assert not scheduler.is_alive
    scheduler.start(on_schedule=False)
    assert scheduler.is_alive
    scheduler.stop()
    assert not scheduler.is_alive


def test_both_answer_while_the_store_hangs(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = threading.Event()
    hanging = Pulse(answers.wait, patience_seconds=0.05)  # type: ignore[arg-type]
    monkeypatch.setattr(_health, "_pulse", lambda: hanging)
    try:
        health, metrics = get("/healthz"), get("/metrics")
    finally:
        answers.set()
    assert (health.status_code, health.json()["reason"]) == (503, "store unreachable: it does not answer")
    assert (metrics.status_code, "stockdash_store_up 0.0" in metrics.text) == (200, True)
