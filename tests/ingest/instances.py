"""Instances of stockdash as real processes, which a test moves through time, halts in the middle of a run, and kills.

Each does what ``stockdash worker`` does with made-up bars, except that it takes the time and its wishes through a
pipe. What it asks its source goes as lines into one file that all instances share.
"""

import json
import logging
import os
import signal
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from itertools import groupby
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path

from stockdash.ingest.run import Ingestion
from stockdash.ingest.schedule import Scheduler
from stockdash.settings import Settings
from stockdash.sources import Source
from stockdash.sources.demo import DemoSource
from stockdash.stores import Store, publish
from tests.ingest.few_bars import MARKET, FakeClock

PATIENCE = 180.0


@dataclass(frozen=True)
class Plan:
    """What all instances of one test have in common; picklable, as `opening` is called in each process."""

    opening: Callable[[], Store]
    symbols: Sequence[str]
    now: datetime
    asked: Path
    snapshots: Path
    shards: int = 1
    # Long enough for a busy machine, short enough to wait for.
    ttl_seconds: float = 2.0

    def ingestion(self, store: Store, source: Source, clock: FakeClock) -> Ingestion:
        """Give what runs."""

        settings = Settings(stockdash_snapshots=self.snapshots, _env_file=None)
        refresh = partial(publish, store, settings)
        return Ingestion(store, source, MARKET, refresh, self.ttl_seconds, clock, self.shards)

    def questions(self) -> list[tuple[str, str, int]]:
        """Give (time, symbol, process) of each turn in which a process asked about a symbol."""
        if not self.asked.exists():
            return []
        lines = sorted(map(json.loads, self.asked.read_text().splitlines()), key=lambda line: line["process"])
        turns = (key for key, _ in groupby(lines, lambda line: (line["now"], line["symbol"], line["process"])))
        return list(turns)

    def turns(self, now: datetime) -> Counter[str]:
        """Tell how many turns of asking each symbol had at the time `now`."""
        return Counter(symbol for at, symbol, _ in self.questions() if at == now.isoformat())


@dataclass
class Watched:
    """Made-up bars; writes down each question, and halts at one that a test named."""

    clock: FakeClock
    asked: Path
    tell: Callable[[object], object]
    halt_at: tuple[str, str] | None = None
    go_on: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self):
        self._source = DemoSource(self.clock, MARKET)
        self.name, self.facts, self.status = self._source.name, self._source.facts, self._source.status

    def fetch(self, symbol, interval, *, start, end=None):
        write_down(self.asked, self.clock.now, symbol)
        if self.halt_at == (symbol, interval):
            self.halt_at = None
            self.go_on.clear()
            self.tell("halted")
            self.go_on.wait()
        return self._source.fetch(symbol, interval, start=start, end=end)


def write_down(asked: Path, now: datetime, symbol: str) -> None:
    line = json.dumps({"now": now.isoformat(), "symbol": symbol, "process": os.getpid()})
    # Short enough for one write, which the system puts at the end as a whole.
    with asked.open("a") as lines:
        lines.write(f"{line}\n")


class Logged(logging.Handler):
    def __init__(self):
        super().__init__()
        self.lines = []

    def emit(self, record):
        self.lines.append(record.getMessage())


def live(plan: Plan, pipe: Connection) -> None:
    """Be an instance until the pipe closes or says so."""
    telling = threading.Lock()

    def tell(what: object) -> None:
        with telling:
            pipe.send(what)

    logged = Logged()
    logging.basicConfig(level="INFO", handlers=[logged])
    clock, store = FakeClock(plan.now), plan.opening()
    source = Watched(clock, plan.asked, tell)
    scheduler = Scheduler(plan.ingestion(store, source, clock), lambda: plan.symbols)
    scheduler.start(on_schedule=False)
    tell("ready")
    while (order := pipe.recv()) != "end":
        match order:
            case ("tick", now):
                clock.now = now
                scheduler.run_now()
            case ("halt at", symbol, interval):
                source.halt_at = (symbol, interval)
            case "go on":
                source.halt_at = None
                source.go_on.set()
            case "log":
                tell(list(logged.lines))
    scheduler.stop()
    tell("ended")


def work_off(plan: Plan, pipe: Connection) -> None:
    """Run once over everything when told to, then tell which symbols were new and which another one had."""
    store, clock = plan.opening(), FakeClock(plan.now)
    # A snapshot file for each of so many symbols would take most of the time.
    ingestion = replace(plan.ingestion(store, Quick(clock, plan.asked), clock), publish=len)
    pipe.send("ready")
    pipe.recv()
    report = ingestion.run(plan.symbols, intervals=("1d",))
    pipe.send((report.changed, dict(report.failed)))


class Quick:
    """One answer for every symbol, made once, as what is tested is who asks."""

    name = "Quick"

    def __init__(self, clock: FakeClock, asked: Path) -> None:
        self._clock, self._asked, self._demo = clock, asked, DemoSource(clock, MARKET)
        self._answers = {}

    def fetch(self, symbol, interval, *, start, end=None):
        write_down(self._asked, self._clock.now, symbol)
        if (start, end) not in self._answers:
            day = MARKET.hours(MARKET.before(self._clock.now.date(), 8))[0]
            self._answers[start, end] = self._demo.fetch("^X", interval, start=max(start or day, day), end=end)
        return self._answers[start, end]

    def facts(self, symbol):
        return self._demo.facts(symbol)

    def status(self):
        return ""


@dataclass
class Instance:
    """An instance as the test sees it."""

    process: BaseProcess
    pipe: Connection

    def told(self) -> object:
        """Wait for what the instance tells next."""
        assert self.pipe.poll(PATIENCE), "the instance said nothing"
        return self.pipe.recv()

    def log(self) -> list[str]:
        self.pipe.send("log")
        return self.told()

    def pause(self) -> None:
        os.kill(self.process.pid, signal.SIGSTOP)

    def resume(self) -> None:
        os.kill(self.process.pid, signal.SIGCONT)

    def kill(self) -> None:
        self.process.kill()
        self.process.join()

    def end(self) -> None:
        """Let it finish what it is at."""
        self.pipe.send("end")
        assert self.told() == "ended"
