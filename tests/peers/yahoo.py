"""A Yahoo on the loopback: the unmodified program runs against it from environment variables alone.

`YahooPeer` is a proxy that answers CONNECT for Yahoo's hosts, ends TLS with a certificate of its own authority and
speaks Yahoo's JSON. It serves only what its world knew at its `now`. Faults are switched while it runs.

    with YahooPeer(world, now=now) as peer:
        subprocess.run(["stockdash", "ingest"], env={**os.environ, **peer.environment()})

As a command it prints the environment to export and serves until it is told to stop:

    python -m tests.peers.yahoo --data DIR --now 2026-08-04T15:45:00Z

Its control page takes ``POST /control`` with JSON such as ``{"now": "2026-08-04T16:05:00Z"}``,
``{"fail": {"symbol": "NVDA", "fault": "429"}}`` or ``{"heal": true}``; ``GET /control`` tells now, faults, requests.
"""

import argparse
import json
import signal
import sys
import tempfile
import threading
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.peers.certificates import Authority
from tests.peers.proxy import Proxy, Reply, Request
from tests.peers.worlds import Listing
from tests.peers.yahoo_answers import Fault, answer

HOSTS = ("yahoo.com", "*.yahoo.com", "*.finance.yahoo.com")
EVERY = "*"


@dataclass
class YahooPeer:
    """A running loopback Yahoo; enter it to start it."""

    world: Mapping[str, Listing]
    now: datetime
    requests: list[Request] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)
    _proxy: Proxy | None = None
    _cache: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        self._cache = tempfile.TemporaryDirectory(prefix="loopback-yahoo-")
        self._proxy = Proxy(authority(), answer=self._answer, control=self._control)
        self._proxy.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, exc: BaseException | None, tb: TracebackType | None) -> None:
        self._proxy.stop()
        self._cache.cleanup()

    def __call__(self) -> datetime:
        """Give `now`: the peer is also the clock to hand to a program that shall live at its time."""
        return self.now

    @property
    def url(self) -> str:
        """The address of the proxy and of its control page."""
        return f"http://127.0.0.1:{self._proxy.port}"

    def environment(self) -> dict[str, str]:
        """Give the variables that lead a program to this peer; set them before it imports curl_cffi."""
        ca_file = str(authority().ca_file)
        return {
            **dict.fromkeys(("HTTPS_PROXY", "https_proxy"), self.url),
            **dict.fromkeys(("NO_PROXY", "no_proxy"), "127.0.0.1,localhost"),
            **dict.fromkeys(("SSL_CERT_FILE", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE"), ca_file),
            "XDG_CACHE_HOME": self._cache.name,
        }

    def fail(self, symbol: str, fault: str, *, on: str = EVERY, times: int | None = None) -> None:
        """Answer requests for `symbol` ("*": all) wrongly until `heal`, or `times` times.

        `on` narrows it to one kind of request: chart, time_zone, facts, quote, shares, cookie, crumb, screener.
        """
        self.faults[symbol] = Fault(fault, on, times)

    def heal(self) -> None:
        """Switch all faults off and let hanging requests go."""
        self.faults.clear()
        self._proxy.let_go()

    def asked(self, symbol: str | None = None, *, kind: str | None = None) -> list[Request]:
        """Give the requests so far, of one symbol or kind."""
        return [
            request
            for request in self.requests
            if (symbol is None or request.symbol == symbol) and (kind is None or request.kind == kind)
        ]

    def _answer(self, request: Request) -> Reply:
        self.requests.append(request)
        fault = self._fault_for(request)
        return answer(request, self.world.get(request.symbol), fault=fault, now=self.now)

    def _fault_for(self, request: Request) -> str | None:
        fault = self.faults.get(request.symbol) or self.faults.get(EVERY)
        return fault.take(request.kind) if fault else None

    def _control(self, orders: dict[str, object]) -> dict[str, object]:
        if "now" in orders:
            self.now = datetime.fromisoformat(str(orders["now"]))
        if orders.get("heal"):
            self.heal()
        if "fail" in orders:
            self.fail(**orders["fail"])
        if orders.get("forget"):
            self.requests.clear()
        return {
            "now": self.now.isoformat(),
            "faults": {symbol: fault.name for symbol, fault in self.faults.items()},
            "requests": [asdict(request) for request in self.requests],
        }


@cache
def authority() -> Authority:
    """The one authority of this process: curl_cffi reads the file to trust once, when it is imported."""
    return Authority(Path(_folder().name), HOSTS)


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    return tempfile.TemporaryDirectory(prefix="loopback-authority-")


def main(arguments: list[str] | None = None) -> None:
    from tests.peers.real_world import RealWorld  # noqa: PLC0415 - tests with made-up worlds don't need it

    parser = argparse.ArgumentParser(description="Serve real bars as Yahoo would, on the loopback.")
    parser.add_argument("--data", type=Path, required=True, help="folder of real bars")
    parser.add_argument("--now", type=datetime.fromisoformat, default=datetime(2026, 8, 4, 15, 45, tzinfo=UTC))
    options = parser.parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with YahooPeer(RealWorld(options.data), options.now.astimezone(UTC)) as peer:
        for name, value in peer.environment().items():
            print(f"export {name}={value}")  # noqa: T201
        print(f"# control page: {peer.url}/control", flush=True)  # noqa: T201
        stop.wait()
    json.dump({"requests": len(peer.requests)}, sys.stderr)


if __name__ == "__main__":
    main()
