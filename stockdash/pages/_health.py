"""`/healthz` and `/metrics` beside the app: they read the store alone, and answer while it hangs.

``/healthz`` is open and tells nothing but whether all is well. ``/metrics`` wants the token of the settings; without
one it answers this machine alone, and nothing that a proxy passes on.
"""

import hmac
import ipaddress
import time
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING

import anyio
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

if TYPE_CHECKING:
    # Loads pandas, which the server's start does in the background.
    from stockdash.health import Held, Vitals
    from stockdash.health.metrics import Metrics
    from stockdash.health.pulse import Beat, Pulse
    from stockdash.ingest.schedule import Scheduler
    from stockdash.stores import Run

# Between runs, what is stored of each symbol is read anew at most this often: a large universe takes a while.
_COVERAGE_SECONDS = 30.0
_COVERAGE_SECONDS_A_SYMBOL = 0.1
_PROXIED = ("forwarded", "x-forwarded-for", "x-real-ip")

_answers: Counter[int] = Counter()


def health_routes() -> list[Route]:
    """Give the routes."""
    return [Route("/healthz", _healthz, methods=["GET"]), Route("/metrics", _metrics, methods=["GET"])]


def counted() -> Middleware:
    """Give the middleware that counts answers by the first digit of their status code."""
    return Middleware(_Counted)


async def _healthz(_: Request) -> Response:
    beat = await _beat()
    trouble = beat.trouble or (beat.vitals.trouble if beat.vitals is not None else "")
    content = {"status": "unavailable", "reason": trouble} if trouble else {"status": "ok"}
    return JSONResponse(content, status_code=503 if trouble else 200, headers={"Cache-Control": "no-store"})


async def _metrics(request: Request) -> Response:
    refusal = _refused(request)
    if refusal is not None:
        return refusal
    beat = await _beat()
    accept = request.headers.get("accept", "")
    text, content_type = _exposition().text(beat, scheduler_alive=_measuring.is_scheduler_alive(), accept=accept)
    return Response(text, headers={"Content-Type": content_type, "Cache-Control": "no-store"})


def _refused(request: Request) -> Response | None:
    token = _token()
    if token:
        said = request.headers.get("authorization", "").encode()
        if hmac.compare_digest(said, f"Bearer {token}".encode()):
            return None
        return PlainTextResponse("A bearer token is needed.\n", 401, headers={"WWW-Authenticate": "Bearer"})
    if _is_local(request):
        return None
    return PlainTextResponse(
        "Only this machine may read the metrics. Set STOCKDASH_METRICS_TOKEN to let others read them.\n", 403
    )


def _is_local(request: Request) -> bool:
    # What a proxy on this machine passes on looks local, but for what it says of the one who asked.
    if request.client is None or any(name in request.headers for name in _PROXIED):
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False


@cache
def _token() -> str:
    from stockdash.settings import Settings  # noqa: PLC0415 - read when it is first asked for

    token = Settings.load().stockdash_metrics_token
    return token.get_secret_value() if token is not None else ""


async def _beat() -> "Beat":
    # In a thread, since the first one may have to load pandas.
    pulse = await anyio.to_thread.run_sync(_pulse)
    return await pulse.beat()


@cache
def _pulse() -> "Pulse":
    from stockdash.health.pulse import Pulse  # noqa: PLC0415

    return Pulse(_measuring)


@cache
def _exposition() -> "Metrics":
    from stockdash.health.metrics import Metrics  # noqa: PLC0415 - most instances are never asked

    return Metrics(_answers)


class _Measuring:
    """Measures the store that the pages read; called by one thread at a time, which may hang in it."""

    def __init__(self) -> None:
        self._coverage: Held = {}
        self._newest: tuple[Run, ...] = ()
        self._read_at = float("-inf")
        self._scheduler: Scheduler | None = None

    def is_scheduler_alive(self) -> bool:
        """Tell, at once, whether this process ingests on a schedule."""
        return self._scheduler is not None and self._scheduler.is_alive

    def __call__(self) -> "Vitals":
        from stockdash.health import measure  # noqa: PLC0415
        from stockdash.ingest.status import held  # noqa: PLC0415
        from stockdash.pages._engine import engine  # noqa: PLC0415

        app = engine()
        self._scheduler = app.real.scheduler if app.real.on_schedule else None
        watched, newest = app.real.watchlist(), app.real.store.runs(last=1)
        age = time.monotonic() - self._read_at
        is_old = age > max(_COVERAGE_SECONDS, len(watched) * _COVERAGE_SECONDS_A_SYMBOL)
        if is_old or newest != self._newest or tuple(self._coverage) != watched:
            self._coverage, self._newest, self._read_at = held(app.real.store, watched), newest, time.monotonic()
        return measure(app.real.store, self._coverage, market=app.market, now=app.clock())


_measuring = _Measuring()


class _Counted:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def count(message: Message) -> None:
            if message["type"] == "http.response.start":
                _answers[message["status"] // 100] += 1
            await send(message)

        await self.app(scope, receive, count if scope["type"] == "http" else send)
