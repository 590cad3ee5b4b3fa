"""The command line as a process: the worker, what it does with signals, and the module."""

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from stockdash.ingest.shards import NAME
from stockdash.settings import Settings
from stockdash.stores.sqlite import SqliteStore
from tests.ingest.few_bars import utc
from tests.peers.yahoo import YahooPeer

BOTH = ["TSM", "^GSPC"]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    settings = {"STOCKDASH_DATA_DIR": str(tmp_path), "STOCKDASH_SOURCE": "demo", "STOCKDASH_TICKERS": ",".join(BOTH)}
    unset = {name.upper() for name in Settings.model_fields}
    others = {name: value for name, value in os.environ.items() if name not in unset}
    return {**others, **settings, "PYTHONWARNINGS": "error", "PYTHONPATH": str(Path(__file__).parents[1])}


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path / "demo" / "stockdash.db")
    yield store
    store.close()


@pytest.fixture
def command(environment, tmp_path):
    def command(*arguments, **more):
        return subprocess.Popen(
            [sys.executable, "-m", "stockdash", *arguments],
            stderr=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**environment, **more},
            cwd=tmp_path,
        )

    return command


def wait_for(process, text):
    """Reads what the process logs until a line has `text`."""
    lines = []
    for line in process.stderr:
        lines.append(line)
        if text in line:
            return
    pytest.fail(f"{text!r} was not logged, but: {''.join(lines)}")


def end(process):
    process.send_signal(signal.SIGTERM)
    output, errors = process.communicate(timeout=30)
    assert process.returncode == 0, errors
    return output + errors


def test_a_worker_catches_up_and_ends_cleanly(command, store):
    with command("worker") as worker:
        wait_for(worker, "Background scheduler started")
        wait_for(worker, "Ingestion run complete")
        assert "Background scheduler stopped" in end(worker)
    assert (store.symbols(), store.lease(NAME)) == (tuple(sorted(BOTH)), None)


def test_a_worker_leaves_the_work_to_the_one_who_is_at_it(command, store):
    store.acquire(NAME, "elsewhere", 600)
    with command("worker") as worker:
        wait_for(worker, "Another instance holds the ingestion lock; skipping")
        end(worker)
    assert (store.symbols(), store.lease(NAME).holder) == ((), "elsewhere")


class Announced(list):
    """Tells of the first request."""

    def __init__(self):
        super().__init__()
        self.came = threading.Event()

    def append(self, request):
        super().append(request)
        self.came.set()


def test_a_worker_that_is_told_twice_does_not_wait_for_an_answer(command):
    with YahooPeer({}, utc("2026-08-04T15:45"), requests=Announced()) as peer:
        peer.fail("*", "hang")
        with command("worker", STOCKDASH_SOURCE="yahoo", **peer.environment()) as worker:
            assert peer.requests.came.wait(30)
            worker.send_signal(signal.SIGTERM)
            wait_for(worker, "Stopping")
            worker.send_signal(signal.SIGTERM)
            assert worker.wait(5) == 130
        peer.heal()


def test_the_command_runs_as_a_module(command):
    with command("ingest", "TSM", "--json") as process:
        output, errors = process.communicate(timeout=60)
    assert (process.returncode, json.loads(output)["symbols"]) == (0, ["TSM"]), errors
