import asyncio
import gzip
import tomllib
from pathlib import Path

import pandas as pd
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route
from streamlit.testing.v1 import AppTest

import stockdash
from stockdash.charts.zoomchart import COMPONENT, Zoom, read_zoom
from stockdash.plotlyjs import plotly_path, plotly_route, preload

START = pd.Timestamp("2026-11-16 14:30", tz="UTC")
END = pd.Timestamp("2026-11-20 21:00", tz="UTC")
SENT = {"start": START.timestamp() / 60, "end": END.timestamp() / 60, "revision": "r", "gesture": 1}


def answered(path: str, *, encoding: str = "gzip") -> tuple[dict[str, str], bytes]:
    """Ask the app without a server: the ASGI messages of one GET."""
    page = Route("/", lambda _: HTMLResponse("<p>page</p>"))
    app = Starlette(routes=[page, plotly_route()], middleware=[preload()])
    sent: list[dict] = []
    headers = [(b"accept-encoding", encoding.encode())]
    scope = {"type": "http", "method": "GET", "path": path, "headers": headers, "query_string": b"", "root_path": ""}

    async def receive() -> dict:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: dict) -> None:
        sent.append(message)

    asyncio.run(app(scope, receive, send))
    got = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
    return got, b"".join(message.get("body", b"") for message in sent[1:])


def test_plotly_is_served_compressed_and_for_good():
    headers, body = answered(f"/{plotly_path()}")
    assert headers["cache-control"] == "public, max-age=31536000, immutable"
    assert b"plotly.js v" in gzip.decompress(body)[:200]


def test_plotly_is_served_plain_to_who_cannot_unpack_it():
    headers, body = answered(f"/{plotly_path()}", encoding="identity")
    assert "content-encoding" not in headers
    assert b"plotly.js v" in body[:200]


def test_page_announces_plotly():
    headers, _ = answered("/")
    assert headers["link"] == f"<{plotly_path()}>; rel=preload; as=script"


def test_component_is_declared_inside_the_package():
    package = Path(stockdash.__file__).parent
    declared = tomllib.loads((package / "pyproject.toml").read_text())
    components = declared["tool"]["streamlit"]["component"]["components"]
    folders = {f"{declared['project']['name']}.{one['name']}": package / one["asset_dir"] for one in components}
    assert (folders[COMPONENT] / "index.js").is_file()


def test_zoom_is_read():
    assert read_zoom(SENT, "r") == Zoom(START, END)


def test_zoom_of_another_revision_is_no_zoom():
    assert read_zoom(SENT, "another") is None


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        "text",
        [],
        {**SENT, "start": None},
        {**SENT, "start": "1"},
        {**SENT, "start": True},
        {**SENT, "start": float("nan")},
        {**SENT, "end": 1e300},
        {**SENT, "end": SENT["start"]},
    ],
    ids=["nothing", "text", "list", "none", "string", "bool", "nan", "huge", "empty"],
)
def test_malformed_zoom_is_no_zoom(wrong: object):
    assert read_zoom(wrong, "r") is None


def script() -> None:
    import streamlit as st  # noqa: PLC0415

    from stockdash.charts.zoomchart import last_zoom  # noqa: PLC0415

    zoom = last_zoom("chart", st.session_state.revision)
    st.text("none" if zoom is None else zoom.start.isoformat())


def app(revision: str, sent: object) -> AppTest:
    test = AppTest.from_function(script)
    test.session_state["revision"] = revision
    return send(test, sent)


def send(test: AppTest, sent: object) -> AppTest:
    test.session_state["chart"] = {"zoom": sent}
    return test.run()


def test_zoom_of_the_present_revision_is_given():
    assert send(app("r", None), SENT).text[0].value == START.isoformat()


def test_zoom_is_remembered_when_a_run_did_not_draw_the_chart():
    test = send(app("r", None), SENT)
    del test.session_state["chart"]
    assert test.run().text[0].value == START.isoformat()


def test_zoom_from_before_a_revision_came_back_is_stale():
    test = send(app("r", None), SENT)
    for revision in ("another", "r"):
        test.session_state["revision"] = revision
        test.run()
    assert test.text[0].value == "none"
