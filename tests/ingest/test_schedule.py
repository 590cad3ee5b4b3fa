import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from stockdash.ingest.schedule import Scheduler, newest_run, next_run
from stockdash.ingest.shards import NAME
from stockdash.market import NEW_YORK, Market
from tests.ingest.few_bars import MARKET, FakeClock, utc


@pytest.fixture
def clock():
    # Ahead of every real clock, so that no retry comes due while a test runs.
    return FakeClock(utc("2090-11-15T18:00"))


@pytest.fixture
def scheduler(ingestion):
    scheduler = Scheduler(ingestion, lambda: ("NVDA", "TSM"))
    yield scheduler
    scheduler.stop()


def runs_on(day, market=MARKET):
    """Gives the New York times of the runs of one day."""
    times, now = [], utc(f"{day}T05:00")
    while (now := next_run(market, now)).astimezone(NEW_YORK).date() == date.fromisoformat(day):
        times.append(f"{now.astimezone(NEW_YORK):%H:%M}")
    return times


MORNING = ["10:15", "10:45", "11:15", "11:45", "12:15"]
AFTERNOON = ["12:45", "13:15", "13:45", "14:15", "14:45", "15:15", "15:45"]


@pytest.mark.parametrize("day", ["2026-11-20", "2026-03-06", "2026-03-09", "2026-10-30", "2026-11-02"])
def test_a_full_day_is_ingested_every_half_hour_and_at_1620(day):
    assert runs_on(day) == [*MORNING, *AFTERNOON, "16:20"]


def test_a_half_day_ends_at_1320():
    assert runs_on("2026-11-27") == [*MORNING, "12:45", "13:20"]


@pytest.mark.parametrize("day", ["2026-11-26", "2026-11-21", "2026-06-19", "2026-11-01"])
def test_nothing_runs_on_days_without_trading(day):
    assert runs_on(day) == []


def test_nothing_runs_on_an_extra_closure():
    assert runs_on("2026-11-24", Market(frozenset({date(2026, 11, 24)}))) == []


def test_a_run_brings_every_bar_that_is_final_by_then():
    session, now, found = date(2026, 11, 20), utc("2026-11-20T14:30"), 0
    while (now := next_run(MARKET, now)) < utc("2026-11-21T00:00"):
        found = len(MARKET.expected("30m", MARKET.grid(session)[0], now))
    assert (found, len(MARKET.expected("1d", utc("2026-11-20"), now))) == (13, 1)


@pytest.mark.parametrize(
    ("now", "newest"),
    [
        ("2026-11-20T15:14", "2026-11-19T21:20"),
        ("2026-11-20T15:15", "2026-11-20T15:15"),
        ("2026-11-23T12:00", "2026-11-20T21:20"),
        ("2026-11-28T12:00", "2026-11-27T18:20"),
    ],
)
def test_the_newest_run_is_the_last_one_planned(now, newest):
    assert newest_run(MARKET, utc(now)) == utc(newest)


def test_a_started_scheduler_catches_up(scheduler, source, store, caplog):
    caplog.set_level("INFO")
    asked = threading.Event()
    source.on_fetch = lambda symbol: asked.set() if symbol == "TSM" else None
    scheduler.start()
    assert asked.wait(10)
    scheduler.stop()
    assert store.symbols() == ("NVDA", "TSM")
    assert {"Background scheduler started", "Background scheduler stopped"} <= set(caplog.messages)


@pytest.mark.parametrize(("minutes", "asks"), [(14, False), (15, True)])
def test_a_start_asks_for_nothing_that_was_asked_for_since_the_newest_bar(ingestion, source, clock, minutes, asks):
    # At 18:00 UTC the bar until 17:30 has been final for 15 minutes, the next one will be so at 18:15.
    ingestion.run(("NVDA",))
    source.asked.clear()
    clock.now += timedelta(minutes=minutes)
    ended = threading.Event()
    again = Scheduler(replace(ingestion, publish=lambda symbols: symbols or ended.set()), lambda: ("NVDA",))
    again.start()
    assert ended.wait(10)
    again.stop()
    assert bool(source.asked) is asks


def test_a_computer_that_slept_is_noticed_soon(scheduler):
    scheduler.start()
    assert scheduler._scheduler.get_job("clock").trigger.interval == timedelta(minutes=2)


def test_the_next_run_can_be_seen(scheduler, clock):
    clock.set("2026-11-20T21:20")
    scheduler.start()
    assert scheduler.snapshot().next_run == utc("2026-11-23T15:15")


def test_without_a_schedule_only_wishes_run(scheduler, source):
    asked = threading.Event()
    source.on_fetch = lambda _: asked.set()
    scheduler.start(on_schedule=False)
    scheduler.run_now(["AMD"])
    assert asked.wait(10)
    scheduler.stop()
    assert (source.asked, scheduler.snapshot().next_run) == (["AMD"], None)


def test_a_wish_for_nothing_special_is_one_for_everything(scheduler, source):
    asked = threading.Event()
    source.on_fetch = lambda symbol: asked.set() if symbol == "TSM" else None
    scheduler.start(on_schedule=False)
    scheduler.run_now()
    assert asked.wait(10)


def test_stopping_waits_for_the_symbol_that_is_going_on(scheduler, source, store):
    asked, go_on = threading.Event(), threading.Event()
    source.on_fetch = lambda _: (asked.set(), go_on.wait(10))
    scheduler.start()
    assert asked.wait(10)
    stopping = threading.Thread(target=scheduler.stop)
    stopping.start()
    go_on.set()
    stopping.join(10)
    assert (store.symbols()[:1], store.lease(NAME)) == (("NVDA",), None)


def test_stopping_twice_is_fine(scheduler):
    scheduler.start()
    scheduler.stop()
    scheduler.stop()


def test_what_was_stopped_does_not_start(scheduler, source):
    scheduler.stop()
    scheduler.start()
    scheduler.run_now(["NVDA"])
    assert (source.asked, scheduler.snapshot().next_run) == ([], None)


def test_two_schedulers_share_the_work(scheduler, ingestion, source):
    # The second one finds the lease taken, or everything done: nothing is asked twice.
    other = Scheduler(ingestion, lambda: ("NVDA", "TSM"))
    asked = threading.Event()
    source.on_fetch = lambda symbol: asked.set() if symbol == "TSM" else None
    scheduler.start()
    other.start()
    assert asked.wait(10)
    scheduler.stop()
    other.stop()
    assert sorted(source.asked) == ["NVDA", "TSM"]


def test_a_run_that_comes_due_during_another_one_follows_it(ingestion, source, monkeypatch):
    came_due, followed = threading.Event(), threading.Event()
    # APScheduler asks twice a run: before it and after it handed it over.
    waits = iter([timedelta(milliseconds=1)] * 3)
    starts = iter([lambda: None, followed.set])

    def due(_, now):
        wait = next(waits, None)
        return now + wait if wait else came_due.set() or now + timedelta(days=1)

    monkeypatch.setattr("stockdash.ingest.schedule.next_run", due)
    source.on_fetch = lambda _: came_due.wait(10)
    scheduler = Scheduler(ingestion, lambda: next(starts)() or ("NVDA",))
    scheduler.start()
    assert followed.wait(5)
    scheduler.stop()


def test_a_retry_is_planned_after_a_failure(scheduler, source, clock):
    failed = threading.Event()
    source.failing["TSM"] = ValueError("what nobody expected")
    source.on_fetch = lambda symbol: failed.set() if symbol == "TSM" else None
    scheduler.start()
    assert failed.wait(10)
    scheduler.stop()
    assert scheduler.snapshot().retry_at == clock() + timedelta(minutes=5)


def test_a_lease_that_has_ended_by_our_clock_alone_is_not_asked_for_in_a_tight_loop(scheduler, store, clock):
    began, planned, retry = datetime.now(UTC), threading.Event(), []
    add_job = scheduler._scheduler.add_job

    def adding(*job, **options):
        if options.get("id") == "retry":
            retry.append(options["run_date"])
            planned.set()
        add_job(*job, **options)

    scheduler._scheduler.add_job = adding
    clock.set("2026-01-15T18:00")
    store.acquire(NAME, "elsewhere", 60)
    scheduler.start()
    assert planned.wait(10)
    assert retry[0] >= began + timedelta(seconds=1)


def test_what_failed_is_tried_again(scheduler, source, clock):
    asked, tried_again = [], threading.Event()

    def heal(symbol):
        asked.append(symbol)
        if asked.count("TSM") == 2:
            source.failing.clear()
            tried_again.set()

    # Behind every real clock, so that the retry is due at once.
    clock.set("2026-01-15T18:00")
    source.failing["TSM"] = ValueError("what nobody expected")
    source.on_fetch = heal
    scheduler.start()
    assert tried_again.wait(10)
