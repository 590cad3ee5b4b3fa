"""The loopback Yahoo as other programs meet it."""

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.peers.worlds import made_up
from tests.peers.yahoo import YahooPeer

NOW = datetime(2026, 8, 4, 15, 45, tzinfo=UTC)
DAYS = [date(2026, 7, 31), date(2026, 8, 3)]
ASK = (
    "import warnings; warnings.simplefilter('ignore'); import yfinance; "
    "print(yfinance.Ticker('ACME').history(period='max')['Close'].tolist())"
)


@pytest.fixture
def peer() -> Iterator[YahooPeer]:
    with YahooPeer({"ACME": made_up(DAYS)}, NOW) as peer:
        yield peer


def _control(url: str, **orders: object) -> dict[str, object]:
    request = urllib.request.Request(url, json.dumps(orders).encode() if orders else None)  # noqa: S310 - loopback
    with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def _ask(environment: dict[str, str]) -> str:
    program = [sys.executable, "-c", ASK]
    return subprocess.run(
        program, env=os.environ | environment, capture_output=True, text=True, check=True
    ).stdout.strip()


def test_unmodified_yfinance_is_led_here_by_its_environment(peer: YahooPeer):
    assert _ask(peer.environment()) == "[100.0, 101.0]"
    assert [request.kind for request in peer.requests] == ["cookie", "crumb", "time_zone", "chart"]


def test_each_run_starts_with_its_own_empty_cache(peer: YahooPeer):
    assert list(Path(peer.environment()["XDG_CACHE_HOME"]).iterdir()) == []


def test_other_hosts_are_refused(peer: YahooPeer):
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({"https": peer.url}))
    with pytest.raises(OSError, match="403"):
        opener.open("https://example.com")


def test_requests_tell_what_was_asked(peer: YahooPeer):
    _ask(peer.environment())
    (chart,) = peer.asked("ACME", kind="chart")
    assert (chart.interval, chart.symbol) == ("1d", "ACME")
    assert peer.asked("OTHER") == []


def test_unknown_fault_is_refused(peer: YahooPeer):
    with pytest.raises(ValueError, match="Known: 429, 500"):
        peer.fail("ACME", "earthquake")


def test_fault_can_hold_a_number_of_times(peer: YahooPeer):
    peer.fail("*", "500", on="chart", times=1)
    assert [peer._fault_for(request) for request in [_request("chart"), _request("chart")]] == ["500", None]


def _request(kind: str) -> object:
    from tests.peers.proxy import Request  # noqa: PLC0415

    return Request("query2.finance.yahoo.com", "/", {}, kind, "ACME")


def test_control_page_sets_time_and_faults(peer: YahooPeer):
    told = _control(f"{peer.url}/control", now="2026-08-05T14:00:00Z", fail={"symbol": "ACME", "fault": "429"})
    assert peer.now == datetime(2026, 8, 5, 14, tzinfo=UTC)
    assert told["faults"] == {"ACME": "429"}
    assert _control(f"{peer.url}/control", heal=True)["faults"] == {}


def test_command_serves_until_it_is_told_to_stop(real_bars: Path):
    command = [sys.executable, "-m", "tests.peers.yahoo", "--data", str(real_bars), "--now", NOW.isoformat()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        lines = [process.stdout.readline().strip() for _ in range(9)]
        exported = dict(line.removeprefix("export ").split("=", 1) for line in lines[:8])
        assert lines[8] == f"# control page: {exported['HTTPS_PROXY']}/control"
        assert _control(f"{exported['HTTPS_PROXY']}/control")["now"] == NOW.isoformat()
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=20) == 0
    assert not Path(exported["XDG_CACHE_HOME"]).exists()
