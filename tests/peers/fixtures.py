"""The loopback Yahoo for tests in this process; import `yahoo` in a conftest to use it."""

from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import pytest

from stockdash.sources.yahoo import YahooSource
from tests.peers.yahoo import YahooPeer


@cache
def _peer() -> YahooPeer:
    # One for the whole process: curl_cffi and yfinance read their environment once, when they are imported.
    return YahooPeer({}, datetime(2026, 8, 4, 15, 45, tzinfo=UTC)).__enter__()


@pytest.fixture
def yahoo(monkeypatch: pytest.MonkeyPatch) -> Iterator[YahooPeer]:
    """A Yahoo with an empty world at 2026-08-04 11:45 New York, and this process led to it."""
    peer = _peer()
    peer.world, peer.now = {}, datetime(2026, 8, 4, 15, 45, tzinfo=UTC)
    peer.requests.clear()
    for name, value in peer.environment().items():
        monkeypatch.setenv(name, value)
    yield peer
    peer.heal()


@pytest.fixture
def yahoo_source(yahoo: YahooPeer) -> YahooSource:
    """The real source, asking the loopback Yahoo on its clock."""
    folder = Path(yahoo.environment()["XDG_CACHE_HOME"])
    return YahooSource(lambda: yahoo.now, cache_dir=folder, limit_seconds=20)
