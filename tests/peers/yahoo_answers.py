"""What Yahoo answers to each kind of request, and each way in which it fails."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from tests.peers.chart import Query, chart_answer
from tests.peers.proxy import Reply, Request
from tests.peers.worlds import Listing

_COOKIE = "A3=d=loopback; Domain=.yahoo.com; Path=/; Max-Age=31536000; Secure; HttpOnly"
_Answer = tuple[int, dict[str, Any] | str]
_Answers = dict[str, Callable[[], _Answer]]
_HTML = b"<!DOCTYPE html><html><body><h1>%s</h1></body></html>"


@dataclass
class Fault:
    """A way to fail, on one kind of request ("*": on all), for ever or a number of times."""

    name: str
    on: str = "*"
    times: int | None = None

    def __post_init__(self) -> None:
        if self.name not in FAULTS:
            raise ValueError(f"Unknown fault {self.name!r}. Known: {', '.join(FAULTS)}.")

    def take(self, kind: str) -> str | None:
        if self.times == 0 or self.on not in ("*", kind):
            return None
        if self.times is not None:
            self.times -= 1
        return self.name


# Answers instead of the true one.
_INSTEAD = {
    "429": Reply(429, b"Too Many Requests\r\n", "text/plain"),
    "500": Reply(500, _HTML % b"Internal Server Error", "text/html"),
    "html": Reply(200, _HTML % b"Welcome", "text/html"),
    "down": Reply(200, _HTML % b"Will be right back...", "text/html"),
    "empty": Reply(200, b""),
    "nothing": Reply(200, b'{"chart": {"result": null, "error": null}}'),
    "hang": Reply(hang=True),
    "reset": Reply(reset=True),
}
FAULTS = (*_INSTEAD, "truncated", "unknown", "error", "null_rows", "no_newest", "no_rows")


def answer(request: Request, listing: Listing | None, *, fault: str | None, now: datetime) -> Reply:
    """Answer `request`, or fail as `fault` says."""
    if fault in _INSTEAD:
        return _INSTEAD[fault]
    status, body = _true_answer(request, None if fault == "unknown" else listing, now)
    if fault == "error":
        status, body = 500, _chart_error("Internal Server Error", "Something broke")
    if isinstance(body, dict) and request.kind in ("chart", "time_zone"):
        _spoil(body, fault)
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return Reply(
        status,
        raw[: len(raw) // 2] if fault == "truncated" else raw,
        "text/plain" if isinstance(body, str) else "application/json",
        cookie=_COOKIE if request.kind == "cookie" else "",
    )


def _true_answer(request: Request, listing: Listing | None, now: datetime) -> _Answer:
    symbol = request.symbol
    answers: _Answers = {
        "chart": lambda: chart_answer(symbol, listing, query=Query.read(request.params), now=now),
        "time_zone": lambda: chart_answer(symbol, listing, query=Query.read(request.params), now=now),
        "facts": lambda: _facts(symbol, listing),
        "quote": lambda: (200, {"quoteResponse": {"result": [_quote(symbol, listing)] if listing else []}}),
        "shares": lambda: (200, _shares(listing, now)),
        "screener": lambda: (200, {"finance": {"result": [{"count": 0, "quotes": []}], "error": None}}),
        "crumb": lambda: (200, "loopback.crumb"),
        "cookie": lambda: (404, ""),
    }
    return answers[request.kind]()


def _facts(symbol: str, listing: Listing | None) -> tuple[int, dict[str, Any]]:
    if listing is None:
        reason = {"code": "Not Found", "description": f"Quote not found for symbol: {symbol}"}
        return 404, {"quoteSummary": {"result": None, "error": reason}}
    modules: dict[str, Any] = {"quoteType": {"quoteType": listing.kind, "longName": listing.name, "symbol": symbol}}
    if listing.sector:
        modules["assetProfile"] = {"sector": listing.sector, "industry": listing.industry}
    if listing.shares is not None:
        modules["defaultKeyStatistics"] = {"sharesOutstanding": listing.shares}
    return 200, {"quoteSummary": {"result": [modules], "error": None}}


def _quote(symbol: str, listing: Listing) -> dict[str, Any]:
    return {
        "symbol": symbol,
        "quoteType": listing.kind,
        "longName": listing.name,
        "shortName": listing.name,
        "currency": listing.currency,
        "exchange": listing.exchange,
        "fullExchangeName": listing.exchange_name,
        "exchangeTimezoneName": listing.time_zone,
    }


def _shares(listing: Listing | None, now: datetime) -> dict[str, Any]:
    counts = {"shares_out": [listing.shares], "timestamp": [int(now.timestamp())]} if listing and listing.shares else {}
    return {"timeseries": {"result": [{"meta": {}, **counts}], "error": None}}


def _chart_error(code: str, description: str) -> dict[str, Any]:
    return {"chart": {"result": None, "error": {"code": code, "description": description}}}


def _spoil(body: dict[str, Any], fault: str | None) -> None:
    result = (body["chart"]["result"] or [{}])[0]
    columns = [*(result.get("indicators") or {"quote": [{}]})["quote"][0].values()]
    if fault == "null_rows" and "timestamp" in result:
        for column in columns[:4]:
            column[1::3] = [None] * len(column[1::3])
        columns[4][-1] = None
    if fault == "no_newest" and "timestamp" in result:
        columns += [result["timestamp"], *(part["adjclose"] for part in result["indicators"].get("adjclose", []))]
        for column in columns:
            del column[-1]
    if fault == "no_rows":
        result.pop("timestamp", None)
        result["indicators"] = {"quote": [{}]}
