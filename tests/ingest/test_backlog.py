from dataclasses import replace
from datetime import timedelta

import pytest

from stockdash.errors import SourceUnavailableError, StoreUnavailableError
from stockdash.ingest.backlog import FIRST_RETRY, LAST_RETRY, Backlog, SymbolState
from stockdash.ingest.shards import NAME, shards_of

WATCHED = ("NVDA", "TSM", "MU")


@pytest.fixture
def backlog(ingestion):
    return Backlog(ingestion, lambda: WATCHED)


def offline(symbol):
    return SourceUnavailableError("No network.", symbol=symbol)


def run_everything(backlog):
    backlog.want_everything()
    backlog.work()
    return backlog.snapshot()


def test_nothing_wanted_runs_nothing(backlog, store):
    backlog.work()
    assert (store.runs(), backlog.snapshot().symbols) == ((), {})


def test_everything_is_what_is_watched(backlog, source):
    seen = run_everything(backlog)
    assert source.asked == list(WATCHED)
    assert seen.symbols == dict.fromkeys(WATCHED, SymbolState("stored"))


def test_symbols_that_wait_are_seen_waiting(backlog):
    backlog.want(["AMD"])
    assert backlog.snapshot().symbols == {"AMD": SymbolState("waiting")}


def test_how_far_a_run_is_can_be_seen_while_it_goes_on(backlog, source):
    seen = []
    source.on_fetch = lambda _: seen.append(backlog.snapshot())
    run_everything(backlog)
    steps = [state.step for state in seen[-1].symbols.values()]
    assert (seen[-1].running, steps) == (True, ["stored", "stored", "asking"])
    assert not backlog.snapshot().running


def test_a_wish_goes_before_the_rest_of_a_run(backlog, source):
    source.on_fetch = lambda symbol: backlog.want(["AMD"] if symbol == "NVDA" else [])
    run_everything(backlog)
    assert source.asked == ["NVDA", "AMD", "TSM", "MU"]


def test_stopping_ends_the_run_after_the_symbol_that_is_going_on(backlog, source, store):
    source.on_fetch = lambda _: backlog.stop()
    run_everything(backlog)
    assert (store.symbols(), store.lease(NAME)) == (("NVDA",), None)


def test_a_failed_symbol_keeps_its_reason(backlog, source):
    source.failing["TSM"] = offline("TSM")
    seen = run_everything(backlog)
    assert seen.symbols["TSM"] == SymbolState("failed", "No network.")
    assert seen.last_error == "TSM: No network."


def test_a_success_forgets_the_error(backlog, source):
    source.failing["TSM"] = offline("TSM")
    run_everything(backlog)
    source.failing.clear()
    seen = run_everything(backlog)
    assert (seen.last_error, seen.retry_at) == ("", None)


def test_failures_are_retried_ever_later(backlog, source, clock):
    source.failing["TSM"] = offline("TSM")
    delays = [run_everything(backlog).retry_at - clock() for _ in range(5)]
    assert delays == [FIRST_RETRY, FIRST_RETRY * 2, FIRST_RETRY * 4, FIRST_RETRY * 8, LAST_RETRY]


def test_a_week_of_failures_is_still_retried(backlog, source, clock):
    source.failing["NVDA"] = offline("NVDA")
    for _ in range(60):
        seen = run_everything(backlog)
    assert (seen.retry_at - clock(), seen.symbols["NVDA"].step) == (LAST_RETRY, "failed")


def test_after_a_success_retries_start_afresh(backlog, source, clock):
    source.failing["TSM"] = offline("TSM")
    run_everything(backlog)
    source.failing.clear()
    run_everything(backlog)
    source.failing["TSM"] = offline("TSM")
    clock.now += timedelta(days=1)
    assert run_everything(backlog).retry_at == clock() + FIRST_RETRY


def test_a_wish_that_fails_is_not_repeated(backlog, source):
    source.failing["TYPO"] = offline("TYPO")
    backlog.want(["TYPO"])
    backlog.work()
    run_everything(backlog)
    assert source.asked == ["TYPO", *WATCHED]


def test_another_instance_at_work_is_told_and_waited_for(backlog, source, store, clock, caplog):
    caplog.set_level("INFO")
    store.acquire(NAME, "elsewhere", 60)
    seen = run_everything(backlog)
    assert "Another instance holds the ingestion lock; skipping" in caplog.messages
    assert (source.asked, seen.running, seen.retry_at) == ([], False, clock() + timedelta(seconds=60))
    assert "elsewhere" in seen.last_error


def test_a_wish_kept_out_by_another_instance_is_not_forgotten(backlog, source, store, clock):
    store.acquire(NAME, "elsewhere", 60)
    backlog.want(["AMD"])
    backlog.work()
    clock.now += timedelta(seconds=60)
    run_everything(backlog)
    assert source.asked == [*WATCHED, "AMD"]


def test_a_wish_kept_out_is_come_to_once(backlog, source, store, clock):
    store.acquire(NAME, "elsewhere", 60)
    backlog.want(["AMD"])
    backlog.work()
    clock.now += timedelta(seconds=60)
    run_everything(backlog)
    clock.now += timedelta(days=1)
    run_everything(backlog)
    assert source.asked == [*WATCHED, "AMD", *WATCHED]


def test_a_wish_not_reached_before_the_lease_was_lost_is_not_forgotten(backlog, source, clock):
    source.on_fetch = lambda symbol: clock.set("2026-11-18T20:00") if symbol == "AMD" else None
    backlog.want(["AMD", "INTC"])
    backlog.work()
    assert source.asked == ["AMD", *WATCHED, "INTC"]


def test_a_wish_that_fails_does_not_put_off_retries(backlog, source, clock):
    source.failing |= {"TYPO": offline("TYPO"), "TSM": offline("TSM")}
    backlog.want(["TYPO"])
    backlog.work()
    assert run_everything(backlog).retry_at == clock() + FIRST_RETRY


def test_a_failing_store_is_told_and_tried_again(ingestion, clock):
    def watched():
        raise StoreUnavailableError("disk full")

    seen = run_everything(Backlog(ingestion, watched))
    assert (seen.last_error, seen.retry_at, seen.running) == ("disk full", clock() + FIRST_RETRY, False)


def test_a_fault_of_ours_does_not_look_like_a_run_going_on(ingestion):
    backlog = Backlog(ingestion, lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        run_everything(backlog)
    assert not backlog.snapshot().running


def test_what_another_instance_works_on_is_looked_at_when_its_lease_ends(ingestion, store, source, clock):
    backlog = Backlog(replace(ingestion, shards=8), lambda: WATCHED)
    (theirs,) = shards_of(["TSM"], 8)
    store.acquire(theirs, "elsewhere", 30)
    assert run_everything(backlog).retry_at == clock() + timedelta(seconds=30)
    clock.now += timedelta(seconds=30)
    assert run_everything(backlog).retry_at is None
    assert sorted(source.asked) == sorted(WATCHED)


def test_a_store_whose_clock_is_ahead_is_asked_again_after_the_life_of_a_lease(backlog, store, clock):
    store.acquire(NAME, "elsewhere", 3600)
    assert run_everything(backlog).retry_at == clock() + timedelta(seconds=60)


def test_a_wish_that_another_instance_works_on_is_not_forgotten(ingestion, store, source, clock):
    backlog = Backlog(replace(ingestion, shards=8), lambda: ())
    (theirs,) = shards_of(["AMD"], 8)
    store.acquire(theirs, "elsewhere", 60)
    backlog.want(["AMD", "NVDA"])
    backlog.work()
    assert backlog.snapshot().retry_at == clock() + timedelta(seconds=60)
    clock.now += timedelta(seconds=60)
    run_everything(backlog)
    assert sorted(source.asked) == ["AMD", "NVDA"]


def test_snapshots_that_fail_are_told_and_tried_again(ingestion, clock):
    def publish(_):
        raise StoreUnavailableError("disk full")

    seen = run_everything(Backlog(replace(ingestion, publish=publish), lambda: WATCHED))
    assert (seen.last_error, seen.retry_at) == ("disk full", clock() + FIRST_RETRY)
    assert seen.symbols == dict.fromkeys(WATCHED, SymbolState("stored"))


def asked_again(backlog, source, clock, *since):
    """Tell whether a run with these wishes, five minutes after the last one, asks for what is going on."""
    run_everything(backlog)
    source.asked.clear()
    clock.now += timedelta(minutes=5)
    for moment in since:
        backlog.want_everything(moment)
    backlog.work()
    return bool(source.asked)


def test_a_scheduled_run_leaves_alone_what_was_asked_for_since_it_was_planned(backlog, source, clock):
    planned = clock()
    assert not asked_again(backlog, source, clock, planned)


@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize("later", [None, timedelta(minutes=4)], ids=["a wish", "planned later"])
def test_of_two_that_wait_for_one_run_the_one_that_wants_more_is_heard(backlog, source, clock, order, later):
    planned = clock()
    assert asked_again(backlog, source, clock, *[planned, later and planned + later][::order])
