"""plotly.js for the browser: the file that the plotly package carries, served by the app itself.

The path holds the version, so a browser loads it once and keeps it. `st.App(routes=[plotly_route()],
middleware=[preload()])` mounts it; the middleware lets the download begin with the page instead of after it.
"""

import functools
import gzip
import importlib.metadata
import importlib.util
from pathlib import Path

from starlette.datastructures import MutableHeaders
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_YEAR = 365 * 24 * 3600
# Level 9 takes twice as long for 0.2 % less.
_GZIP_LEVEL = 6


@functools.cache
def plotly_path() -> str:
    """Give the path of plotly.js, relative to the app's root, so that a base path in front does not matter."""
    return f"stockdash/plotly-{importlib.metadata.version('plotly')}.min.js"


def plotly_route() -> Route:
    """Give the route that serves plotly.js; runs in a thread, since the first request compresses it."""
    return Route(f"/{plotly_path()}", _serve, methods=["GET"])


def preload() -> Middleware:
    """Give the middleware that announces plotly.js in the header of the page."""
    return Middleware(_Preload)


def _serve(request: Request) -> Response:
    headers = {"Cache-Control": f"public, max-age={_YEAR}, immutable", "Vary": "Accept-Encoding"}
    content = _plotly_file().read_bytes
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        content = _compressed
    return Response(content(), media_type="text/javascript", headers=headers)


def _plotly_file() -> Path:
    # Found without importing plotly, which would cost the first page 60 ms and more.
    spec = importlib.util.find_spec("plotly")
    if spec is None or spec.origin is None:
        raise FileNotFoundError("The plotly package is missing. Run: pip install plotly")
    return Path(spec.origin).parent / "package_data" / "plotly.min.js"


@functools.cache
def _compressed() -> bytes:
    return gzip.compress(_plotly_file().read_bytes(), _GZIP_LEVEL, mtime=0)


class _Preload:
    """ASGI middleware that adds a preload link to every HTML answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def announce(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.append("Link", f"<{plotly_path()}>; rel=preload; as=script")
            await send(message)

        await self.app(scope, receive, announce if scope["type"] == "http" else send)
