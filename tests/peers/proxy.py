"""A proxy that answers CONNECT itself: it ends TLS and hands each request inside to a function."""

import contextlib
import json
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.peers.certificates import Authority


@dataclass(frozen=True)
class Request:
    """One request: its `kind` (chart, time_zone, facts, ...), the symbol it is about and its parameters."""

    host: str
    path: str
    params: dict[str, str] = field(hash=False)
    kind: str = ""
    symbol: str = ""

    @property
    def interval(self) -> str:
        return self.params.get("interval", "")

    @property
    def span(self) -> str:
        return self.params.get("range") or "..".join(self.params.get(key, "") for key in ("period1", "period2"))


@dataclass(frozen=True)
class Reply:
    """What to send back. `hang` sends nothing and `reset` cuts the line."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    cookie: str = ""
    hang: bool = False
    reset: bool = False


class Proxy:
    """A loopback proxy for the hosts of `authority`, with a control page."""

    def __init__(
        self,
        authority: Authority,
        *,
        answer: Callable[[Request], Reply],
        control: Callable[[dict[str, Any]], dict[str, Any]],
    ) -> None:
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(authority.server_file)
        self.tls.set_alpn_protocols(["http/1.1"])
        self.hosts, self.answer, self.control = authority.hosts, answer, control
        self.held = threading.Event()
        self.lines: set[socket.socket] = set()
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.proxy = self
        self.port = self._server.server_port
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Cut all lines and end all threads."""
        self.let_go()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        for line in list(self.lines):
            with contextlib.suppress(OSError):
                line.shutdown(socket.SHUT_RDWR)

    def let_go(self) -> None:
        """End the requests that hang."""
        held, self.held = self.held, threading.Event()
        held.set()

    def serves(self, host: str) -> bool:
        return any(host == name or (name[0] == "*" and host.endswith(name[1:])) for name in self.hosts)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    proxy: Proxy

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that give up are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server
    host = ""

    def do_CONNECT(self) -> None:
        self.host = self.path.partition(":")[0]
        if not self.server.proxy.serves(self.host):
            self.send_error(403, "only Yahoo is served here")
            return
        self.send_response(200, "Connection established")
        self.end_headers()
        self.connection = self.server.proxy.tls.wrap_socket(self.connection, server_side=True)
        self.server.proxy.lines.add(self.connection)
        self.rfile, self.wfile = self.connection.makefile("rb"), self.connection.makefile("wb", buffering=0)
        self.close_connection = False

    def do_GET(self) -> None:
        if not self.host:
            self._control({})
            return
        url = urlsplit(self.path)
        self._send(self.server.proxy.answer(_request(self.host, unquote(url.path), dict(parse_qsl(url.query)))))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.host:
            self.do_GET()
        else:
            self._control(json.loads(body or b"{}"))

    def finish(self) -> None:
        """End the line; the one inside TLS is not known to the server."""
        with contextlib.suppress(OSError):
            super().finish()
        self.connection.close()
        self.server.proxy.lines.discard(self.connection)

    def log_message(self, *_: object) -> None:
        """Say nothing; the requests are kept in the peer's log."""

    def _control(self, orders: dict[str, Any]) -> None:
        if urlsplit(self.path).path != "/control":
            self.send_error(404, "the control page is /control")
            return
        self._send(Reply(body=json.dumps(self.server.proxy.control(orders)).encode()))

    def _send(self, reply: Reply) -> None:
        if reply.hang:
            self.server.proxy.held.wait()
        if reply.hang or reply.reset:
            self._cut()
            return
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        if reply.cookie:
            self.send_header("Set-Cookie", reply.cookie)
        self.end_headers()
        self.wfile.write(reply.body)

    def _cut(self) -> None:
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()


_KINDS = {
    "/v8/finance/chart/": "chart",
    "/v10/finance/quoteSummary/": "facts",
    "/ws/fundamentals-timeseries/v1/finance/timeseries/": "shares",
    "/v7/finance/quote": "quote",
    "/v1/finance/screener": "screener",
    "/v1/test/getcrumb": "crumb",
}


def _request(host: str, path: str, params: dict[str, str]) -> Request:
    prefix = next((prefix for prefix in _KINDS if path.startswith(prefix)), None)
    if prefix is None:
        return Request(host, path, params, "cookie")
    kind = _KINDS[prefix]
    symbol = params.get("symbols", "") if kind == "quote" else path.removeprefix(prefix).partition("/")[0]
    if kind == "chart" and params.get("range") == params.get("interval") == "1d":
        kind = "time_zone"
    return Request(host, path, params, kind, symbol)
