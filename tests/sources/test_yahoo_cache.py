"""Where yfinance keeps its databases, as a program meets it that has a home of its own."""

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.peers.worlds import made_up
from tests.peers.yahoo import YahooPeer

ASK = """
from datetime import UTC, datetime
from stockdash.sources.yahoo import YahooSource
source = YahooSource(lambda: datetime(2026, 8, 4, 15, 45, tzinfo=UTC))
print(source.fetch("ACME", "1d", start=None).bars["close"].tolist())
"""


@pytest.fixture
def peer() -> Iterator[YahooPeer]:
    with YahooPeer({"ACME": made_up([date(2026, 8, 3)])}, datetime(2026, 8, 4, 15, 45, tzinfo=UTC)) as peer:
        yield peer


def _ask(peer: YahooPeer, cache: Path) -> str:
    environment = os.environ | peer.environment() | {"XDG_CACHE_HOME": str(cache), "TMPDIR": str(cache.parent)}
    program = [sys.executable, "-c", ASK]
    return subprocess.run(program, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def test_time_zones_outlive_the_process_and_cookies_do_not(peer: YahooPeer, tmp_path: Path):
    for _ in range(2):
        assert _ask(peer, tmp_path) == "[100.0]"
    assert [len(peer.asked(kind=kind)) for kind in ("time_zone", "cookie", "chart")] == [1, 2, 2]


def test_damaged_databases_are_made_anew(peer: YahooPeer, tmp_path: Path):
    folder = tmp_path / "stockdash" / "yfinance"
    folder.mkdir(parents=True)
    for name in ("tkr-tz.db", "cookies.db"):
        (folder / name).write_bytes(b"not a database at all" * 100)
    assert _ask(peer, tmp_path) == "[100.0]"


def test_home_that_cannot_be_written_is_no_obstacle(peer: YahooPeer, tmp_path: Path):
    (tmp_path / "stockdash").write_text("a file where the folder should be")
    assert _ask(peer, tmp_path) == "[100.0]"
    assert list(tmp_path.parent.glob("stockdash-yfinance-*")) == []
