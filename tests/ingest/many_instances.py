"""What must hold when several instances share one store, with real processes: a store's tests are a subclass plus the
fixture `opening`, a function that opens the one store, which is empty; other processes get it by name.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import date, datetime
from multiprocessing.connection import wait
from pathlib import Path
from typing import Self

import pandas as pd
import pytest

from stockdash.bars import INTERVALS
from stockdash.ingest.looks import looks_of
from stockdash.ingest.schedule import next_run
from stockdash.ingest.shards import NAME
from stockdash.query import read_bars
from stockdash.sources.demo import DemoSource
from stockdash.stores import ReadStore, Store
from stockdash.stores.parquet import ParquetStore
from stockdash.stores.sqlite import SqliteStore
from tests.ingest.few_bars import MARKET, FakeClock, utc
from tests.ingest.instances import PATIENCE, Instance, Plan, live, work_off
from tests.stores.processes import process

# The day on which the made-up AAPL splits, and the end of the session before it.
DAY, EVE = date(2013, 7, 22), utc("2013-07-19T20:20")
SYMBOLS = ("NVDA", "AAPL", "TSM", "MU", "^GSPC", "INTC")
UNIVERSE = tuple(f"S{number:04}" for number in range(2_000))
WORKERS = 4


class ManyInstances:
    @pytest.fixture
    def store(self, opening: Callable[[], Store]) -> Iterator[Store]:
        store = opening()
        yield store
        store.close()

    @pytest.fixture
    def plan(self, opening: Callable[[], Store], tmp_path: Path) -> Plan:
        return Plan(opening, SYMBOLS, EVE, tmp_path / "asked", tmp_path / "snapshots")

    @pytest.fixture
    def alone(self, plan: Plan, tmp_path: Path) -> Iterator["Alone"]:
        """An instance that nobody disturbs, with a store of its own."""
        store = SqliteStore(tmp_path / "alone.db")
        yield Alone(replace(plan, snapshots=tmp_path / "alone"), store)
        store.close()

    def restart(self) -> None:
        """Restart the server behind the store, where there is one, and wait until it answers."""

    def test_four_workers_take_each_of_2000_symbols_once(self, plan: Plan):
        plan = replace(plan, symbols=UNIVERSE, shards=16, ttl_seconds=60)
        with ExitStack() as stack:
            workers = [Instance(*stack.enter_context(process(work_off, plan))) for _ in range(WORKERS + 1)]
            reports = at_once(workers[:WORKERS])
            late = at_once(workers[WORKERS:])
        assert plan.turns(EVE) == Counter(UNIVERSE)
        assert sorted(symbol for changed, _ in reports for symbol in changed) == sorted(UNIVERSE)
        assert all(changed and not failed for changed, failed in reports)
        assert late == [((), {})]

    def test_what_a_killed_instance_left_another_finishes(self, plan: Plan, store: Store, alone: "Alone"):
        tick = ticks()[0]
        Alone(plan, store).run(EVE)
        with Instances(plan, 2) as running:
            victim = running.halted(tick, ("MU", "30m"))
            running.remove(victim)
            skipping = "Another instance holds the ingestion lock; skipping"
            until(lambda: skipping in running[0].log(), "the other one found the lease taken")
            victim.kill()
            until(lambda: is_done(store, tick), "the other one has finished the run")
        assert plan.turns(tick) == Counter((*SYMBOLS, "MU"))
        assert_same(store, alone.run(EVE, tick))

    def test_a_paused_instance_stores_nothing_after_its_lease_and_says_so(
        self, plan: Plan, store: Store, alone: "Alone"
    ):
        tick = ticks()[0]
        Alone(plan, store).run(EVE)
        with Instances(plan, 2) as running:
            sleeper = running.halted(tick, ("AAPL", "1d"))
            sleeper.pause()
            until(lambda: is_done(store, tick), "the other one has finished the run")
            stamps = [store.stamp(symbol) for symbol in SYMBOLS]
            running.wake(sleeper)
        assert [store.stamp(symbol) for symbol in SYMBOLS] == stamps
        assert_same(store, alone.run(EVE, tick))

    @pytest.mark.parametrize("shards", [1, 3])
    def test_a_day_with_kills_and_pauses_is_that_of_one_instance(
        self, plan: Plan, store: Store, alone: "Alone", shards: int
    ):
        plan, day = replace(plan, shards=shards), ticks()
        Alone(plan, store).run(EVE)
        with Instances(plan, 3) as running:
            for at, tick in enumerate(day):
                self._live_through(running, store, at, tick)
        assert_same(store, alone.run(EVE, *day))
        published = ParquetStore(plan.snapshots)
        assert_same(published, alone.store)
        assert (published.runs(), published.states("")) == (store.runs(), store.states(""))
        for at, tick in enumerate(day):
            again = Counter([DISTURBANCES[at][0][0]] if at in DISTURBANCES else [])
            assert Counter(SYMBOLS) <= plan.turns(tick) <= Counter(SYMBOLS) + again

    def _live_through(self, running: "Instances", store: Store, at: int, tick: datetime) -> None:
        if at not in DISTURBANCES:
            running.tick(tick)
        else:
            question, fate = DISTURBANCES[at]
            victim = running.halted(tick, question)
            if fate == "kill":
                running.replace(victim)
            elif fate == "pause":
                victim.pause()
            else:
                self.restart()
                victim.pipe.send("go on")
        until(lambda: is_done(store, tick), f"{tick} is ingested")
        if at in DISTURBANCES and DISTURBANCES[at][1] == "pause":
            running.wake(victim)


# By the number of a tick: at which question of its run something happens to the instance that asks it.
DISTURBANCES = {
    0: (("NVDA", "1d"), "kill"),
    3: (("AAPL", "30m"), "kill"),
    5: (("MU", "1d"), "pause"),
    8: (("INTC", "30m"), "pause"),
    10: (("TSM", "1d"), "restart"),
    12: (("^GSPC", "1d"), "kill"),
}


class Alone:
    """An instance in this process that runs at given times."""

    def __init__(self, plan: Plan, store: Store) -> None:
        self.plan, self.store = plan, store

    def run(self, *times: datetime) -> Store:
        clock = FakeClock(EVE)
        ingestion = self.plan.ingestion(self.store, DemoSource(clock, MARKET), clock)
        for clock.now in times:
            assert ingestion.run(SYMBOLS).failed == {}
        return self.store


class Instances(list[Instance]):
    """Instances that run beside one another; at the end each finishes what it is at."""

    def __init__(self, plan: Plan, count: int) -> None:
        super().__init__()
        self._plan, self._count, self._stack = plan, count, ExitStack()

    def __enter__(self) -> Self:
        for _ in range(self._count):
            self._add()
        return self

    def __exit__(self, kind: object, exc: object, traceback: object) -> None:
        try:
            if kind is None:
                for instance in self:
                    instance.end()
        finally:
            self._stack.close()

    def tick(self, now: datetime) -> None:
        for instance in self:
            instance.pipe.send(("tick", now))

    def halted(self, now: datetime, question: tuple[str, str]) -> Instance:
        """Let all run at `now`, and give the one that asks the question, which is halted before it."""
        for instance in self:
            instance.pipe.send(("halt at", *question))
        self.tick(now)
        (pipe,) = wait([instance.pipe for instance in self], PATIENCE)
        (halted,) = (instance for instance in self if instance.pipe is pipe)
        assert halted.told() == "halted"
        for instance in self:
            if instance is not halted:
                instance.pipe.send("go on")
        return halted

    def replace(self, victim: Instance) -> None:
        """Kill one and start another."""
        victim.kill()
        self.remove(victim)
        self._add()

    def wake(self, sleeper: Instance) -> None:
        """Let a paused one go on whose lease is over, and wait until its write was refused."""
        sleeper.resume()
        sleeper.pipe.send("go on")
        refused = f"no longer holds the lease '{NAME}"
        until(lambda: any(refused in line for line in sleeper.log()), "the write was refused")

    def _add(self) -> None:
        instance = Instance(*self._stack.enter_context(process(live, self._plan)))
        assert instance.told() == "ready"
        self.append(instance)


def ticks() -> list[datetime]:
    """Give the times at which a bar of the day becomes final."""
    times, now = [], MARKET.hours(DAY)[0]
    while (now := next_run(MARKET, now)).date() == DAY:
        times.append(now)
    return times


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until `condition` holds."""
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, f"It is still not so that {what}."
        time.sleep(0.02)


def at_once(workers: list[Instance]) -> list:
    """Let workers begin together when all are ready, and give what they tell at the end."""
    assert {worker.told() for worker in workers} == {"ready"}
    for worker in workers:
        worker.pipe.send("go")
    return [worker.told() for worker in workers]


def is_done(store: Store, tick: datetime) -> bool:
    """Tell whether the source has answered about everything since `tick`."""
    looks = [at for interval in INTERVALS for at in looks_of(store, interval, SYMBOLS).values()]
    return all(at is not None and at >= tick for at in looks)


def assert_same(store: ReadStore, other: ReadStore) -> None:
    """Compare two stores bar for bar, as observed and as adjusted."""
    for symbol in SYMBOLS:
        assert (store.actions(symbol), store.facts(symbol)) == (other.actions(symbol), other.facts(symbol))
        for interval in INTERVALS:
            pd.testing.assert_frame_equal(store.read(symbol, interval), other.read(symbol, interval), check_exact=True)
            seen, expected = (read_bars(each, symbol, interval).bars for each in (store, other))
            pd.testing.assert_frame_equal(seen, expected, check_exact=True)
    assert store.events() == other.events()
