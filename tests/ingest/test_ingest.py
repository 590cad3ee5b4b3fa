"""What the door of the room promises, against the vendor that restates its history."""

import logging
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pandas as pd
import pytest

from stockdash.errors import RateLimitedError, SourceUnavailableError, UnknownSymbolError
from stockdash.ingest import Progress, ingest
from stockdash.ingest.looks import looked_at
from stockdash.query import read_bars
from stockdash.stores import Written
from stockdash.stores.sqlite import SqliteStore
from tests.ingest.few_bars import utc
from tests.ingest.vendor import MARKET, Clock, FileVendor, Vendor

FRIDAY, MONDAY = date(2024, 6, 7), date(2024, 6, 10)
MIDDAY = utc("2024-06-07T16:07")
EVENING = utc("2024-06-07T22:00")
SATURDAY = utc("2024-06-08T16:00")
NOTHING = Written()


@pytest.fixture
def clock():
    return Clock(EVENING)


@pytest.fixture
def vendor(clock):
    return Vendor(clock)


@pytest.fixture
def store(tmp_path, clock):
    store = SqliteStore(tmp_path / "bars.db", clock=lambda: clock.now)
    yield store
    store.close()


@pytest.fixture
def run(store, vendor, clock):
    lease = store.acquire("ingest", "test", 10**9)

    def run(*symbols, at=None, **choice):
        clock.now = at or clock.now
        vendor.asked.clear()
        return ingest(store, vendor, MARKET, symbols=symbols or ["X"], lease=lease, clock=clock, **choice)

    return run


def asked(vendor):
    return [interval for interval, _ in vendor.asked]


def kinds(store):
    return [event.kind for event in store.events("X")]


def test_the_first_run_brings_history_window_and_facts(run, store, vendor):
    report = run()
    assert vendor.asked == [("1d", None), ("30m", None)]
    assert report.written.inserted == sum(store.coverage("X", interval).count for interval in ("1d", "30m"))
    assert (report.changed, store.facts("X").name) == (("X",), "X Inc.")


def test_a_second_run_asks_and_stores_nothing(run, store, vendor):
    run()
    stamp = store.stamp("X")
    report = run(at=SATURDAY)
    assert (vendor.asked, report.written, report.skipped, store.stamp("X")) == ([], NOTHING, ("X",), stamp)


def test_an_append_asks_for_the_overlap_the_anchor_and_the_30_minute_bars(run, vendor):
    run()
    run(at=utc("2024-06-10T22:00"))
    first = MARKET.sessions(date(2023, 12, 1), date(2023, 12, 1))[0]
    assert vendor.asked == [("1d", utc("2024-06-03")), ("1d", first), ("30m", utc("2024-06-06T13:30"))]


def test_an_append_writes_only_what_is_new(run):
    run()
    assert run(at=utc("2024-06-10T22:00")).written == Written(inserted=14, unchanged=5 + 26)


def test_a_provisional_day_is_asked_for_again_a_minute_later(run, vendor):
    run(at=MIDDAY)
    run(at=MIDDAY + timedelta(seconds=50))
    assert asked(vendor) == []
    run(at=MIDDAY + timedelta(seconds=70))
    assert asked(vendor) == ["1d", "1d", "30m"]


def test_a_day_becomes_final_without_an_event(run, store):
    run(at=MIDDAY)
    assert not store.read("X", "1d")["final"].iloc[-1]
    run(at=EVENING)
    assert store.read("X", "1d")["final"].all()
    assert kinds(store) == []


def test_daily_bars_alone_can_be_asked_for(run, store, vendor):
    run(intervals=("1d",))
    assert asked(vendor) == ["1d"]
    assert store.coverage("X", "30m") is None


def test_30_minute_bars_bring_the_daily_ones_along(run, vendor):
    run(intervals=("30m",))
    assert asked(vendor) == ["1d", "30m"]


def test_full_asks_for_everything_though_nothing_is_due(run, vendor):
    run()
    assert run(full=True).written.inserted == 0
    assert vendor.asked == [("1d", None), ("30m", None)]


def test_a_failing_symbol_does_not_stop_the_others(run, store, vendor):
    vendor.faults = [UnknownSymbolError("Unknown.", symbol="A"), ValueError("not one of ours")]
    report = run("A", "B", "C")
    assert report.failed == {"A": "Unknown.", "B": "not one of ours"}
    assert store.symbols() == ("C",)


def test_failing_30_minute_bars_leave_the_daily_ones_stored(run, store, vendor):
    vendor.faults = [None, SourceUnavailableError("Timed out.", symbol="X")]
    report = run()
    assert (report.failed, report.changed) == ({"X": "Timed out."}, ("X",))
    assert len(read_bars(store, "X", "1d").bars) == 130


def test_after_a_refusal_nothing_more_is_asked(run, vendor):
    run("B")
    vendor.faults = [RateLimitedError("Rate-limited until 22:15 UTC.", symbol="A")]
    report = run("A", "B", "C")
    assert asked(vendor) == ["1d"]
    assert report.failed == dict.fromkeys(("A", "C"), "Rate-limited until 22:15 UTC.")
    assert report.skipped == ("B",)


def test_missing_facts_are_no_failure(run, store, vendor, monkeypatch):
    def refuse(symbol):
        raise SourceUnavailableError("No profile.", symbol=symbol)

    monkeypatch.setattr(vendor, "facts", refuse)
    assert run().failed == {}
    assert store.facts("X") is None


def test_progress_is_told_before_and_after_each_symbol(run, vendor):
    run("B")
    vendor.faults = [ValueError("no")]
    told = []
    run("A", "B", "C", progress=told.append)
    steps = [("A", "asking", 0), ("A", "failed", 1), ("B", "up to date", 2), ("C", "asking", 2), ("C", "stored", 3)]
    assert told == [Progress(symbol, step, done, 3) for symbol, step, done in steps]


def test_a_cancelled_run_says_what_it_left_out(run):
    answers = iter([False, True])
    report = run("A", "B", "C", cancelled=lambda: next(answers))
    assert (report.changed, report.cancelled) == (("A",), ("B", "C"))


def test_a_lost_lease_ends_the_run(run, store):
    store.release(store.lease("ingest"))
    store.acquire("ingest", "another", 60)
    report = run("A", "B")
    assert (list(report.failed), report.cancelled, store.symbols()) == (["A"], ("B",), ())


def test_each_symbol_is_one_line_in_the_log(run, vendor, caplog):
    vendor.faults = [UnknownSymbolError("Unknown.", symbol="A")]
    with caplog.at_level(logging.INFO, "stockdash.ingest"):
        run("A", "X")
    assert [record.getMessage() for record in caplog.records] == [
        "A: failed, Unknown.",
        "X: 689 bars new, 0 changed, 0 unchanged",
    ]


def test_no_daily_bars_at_all_is_a_failure(store, clock):
    lease = store.acquire("ingest", "test", 60)
    report = ingest(store, FileVendor(clock), MARKET, symbols=["X"], lease=lease, clock=clock)
    assert report.failed == {"X": "Vendor has no daily bars of X. Is it the right symbol?"}


# --- what the vendor changes about the past


def change(vendor, interval, ago, factor):
    vendor.restate(interval, vendor.download(interval).index[-1 - ago], np.array([factor] * 4 + [1.0]))


def test_a_restated_bar_is_taken_and_noted(run, store, vendor):
    run()
    vendor.restate("1d", pd.Timestamp(FRIDAY, tz="UTC"), np.array([1, 1, 1, 0.999, 1.5]))
    run(at=utc("2024-06-10T22:00"))
    [event] = store.events("X")
    assert (event.kind, event.interval) == ("restated", "1d")
    assert event.detail == "1 restated, 2024-06-07; prices by up to 0.10%, the rest is volume."


def test_an_implausible_bar_is_set_aside_once(run, store, vendor):
    run()
    kept = store.read("X", "1d").loc[pd.Timestamp(FRIDAY, tz="UTC")]
    change(vendor, "1d", 0, 10.0)
    run(at=utc("2024-06-10T22:00"))
    run(at=utc("2024-06-11T22:00"))
    assert store.read("X", "1d").loc[pd.Timestamp(FRIDAY, tz="UTC")].equals(kept)
    assert kinds(store) == ["implausible"]


def test_an_implausible_bar_on_record_costs_no_more_history(run, vendor):
    run()
    change(vendor, "1d", 0, 10.0)
    run(at=utc("2024-06-10T22:00"))
    assert ("1d", None) in vendor.asked
    run(at=utc("2024-06-11T22:00"))
    assert ("1d", None) not in vendor.asked


def test_full_takes_what_was_implausible(run, store, vendor):
    run()
    change(vendor, "1d", 0, 10.0)
    run(full=True)
    assert store.read("X", "1d")["close"].iloc[-1] == vendor.download("1d")["close"].iloc[-1]


def test_a_listed_split_rewrites_no_row(run, store, vendor):
    run()
    before = store.read("X", "1d")
    vendor.splits_in_prices[MONDAY] = vendor.listed_splits[MONDAY] = 10.0
    run(at=utc("2024-06-10T22:00"))
    pd.testing.assert_frame_equal(store.read("X", "1d")[:-1], before, check_freq=False)
    assert store.events("X")[0].detail == "Split 10:1 of 2024-06-10, seen at 2024-06-10 22:00 UTC."


def test_prices_moved_without_a_listed_split_are_fetched_anew_and_noted(run, store, vendor):
    run()
    vendor.splits_in_prices[MONDAY] = 10.0
    run(at=utc("2024-06-10T22:00"))
    assert ("1d", None) in vendor.asked
    assert store.events("X")[0].detail == "Prices are 0.1 times what the listed actions lead to."


def test_a_split_that_is_listed_after_the_prices_moved_is_seen_a_day_later(run, store, vendor):
    run()
    vendor.splits_in_prices[MONDAY] = 10.0
    run(at=utc("2024-06-10T22:00"))
    vendor.listed_splits[MONDAY] = 10.0
    run(at=utc("2024-07-01T22:00"))
    assert [(action.value, action.ex_date) for action in store.actions("X")] == [(10.0, MONDAY)]
    assert read_bars(store, "X", "1d", mode="splits").bars.equals(vendor.download("1d"))


def test_30_minute_bars_that_are_gone_at_the_vendor_follow_its_prices(run, store, vendor):
    run()
    first = store.read("X", "30m").index[0]
    vendor.splits_in_prices[MONDAY] = 10.0
    run(at=utc("2024-08-20T22:00"))
    expected = vendor.download("30m", whole=True)["close"][first]
    assert read_bars(store, "X", "30m", mode="splits").bars["close"][first] == pytest.approx(expected)


@pytest.mark.parametrize("listed", [False, True])
def test_prices_that_move_between_daily_and_30_minute_bars_come_right_at_the_next_run(run, store, vendor, listed):
    vendor.faults = [None, lambda: vendor.splits_in_prices.update({MONDAY: 0.125})]
    run(at=utc("2024-06-12T22:00"))
    vendor.listed_splits = dict(vendor.splits_in_prices) if listed else {}
    run(at=utc("2024-08-21T22:00"))
    seen = read_bars(store, "X", "30m", mode="splits").bars["close"]
    ratio = seen / vendor.download("30m", whole=True)["close"].reindex(seen.index)
    assert (ratio.min(), ratio.max()) == (pytest.approx(1), pytest.approx(1))


def test_a_dividend_announced_a_hundred_days_late_is_seen(run, store, vendor):
    run()
    vendor.dividends[date(2024, 1, 16)] = 0.05
    run(at=utc("2024-06-10T22:00"))
    daily = vendor.download("1d")
    assert read_bars(store, "X", "1d").bars["close"].to_numpy() == pytest.approx(vendor.adj_close(daily).to_numpy())


def test_a_source_without_the_oldest_bar_is_not_asked_for_all_each_time(store, clock):
    class Forgetful(Vendor):
        def fetch(self, symbol, interval, *, start, end=None):
            answer = super().fetch(symbol, interval, start=start, end=end)
            return answer if end is None else replace(answer, bars=answer.bars[:0])

    vendor, lease = Forgetful(clock), store.acquire("ingest", "test", 10**9)
    for clock.now in (EVENING, utc("2024-06-10T22:00")):
        ingest(store, vendor, MARKET, symbols=["X"], lease=lease, clock=clock)
    assert vendor.asked.count(("1d", None)) == 1


@pytest.mark.parametrize("text", ["", "no json", "{}", "[1]", '{"day": "2024-06-03", "factor": 1}', "é"])
def test_a_damaged_anchor_costs_one_look_at_the_whole_history(run, store, vendor, text):
    run()
    store.set_state("anchor:X", text)
    assert run(at=utc("2024-06-10T22:00")).failed == {}
    assert ("1d", None) in vendor.asked
    run(at=utc("2024-06-11T22:00"))
    assert ("1d", None) not in vendor.asked


@pytest.mark.parametrize("text", ["", "yesterday", "2024-06-10T22:00:00"])
def test_a_damaged_look_costs_no_symbol(run, store, text):
    run()
    for interval in ("1d", "30m"):
        store.set_state(f"looked:{interval}:X", text)
    assert run(at=SATURDAY).skipped == ("X",)
    assert run(at=utc("2024-06-10T22:00")).written == Written(inserted=14, unchanged=5 + 26)


def test_on_a_holiday_elsewhere_the_source_is_asked_once_and_the_stamp_stays(run, store, vendor, monkeypatch):
    run()
    stamp, friday = store.stamp("X"), vendor.clock.now
    download = vendor.download
    monkeypatch.setattr(vendor, "download", lambda *a, **k: download(*a, **k)[lambda bars: bars.index < friday])
    monday = utc("2024-06-10T22:00")
    assert run(at=monday).written.inserted == 0
    assert (bool(vendor.asked), store.stamp("X"), looked_at(store, "X", "1d") >= monday) == (True, stamp, True)
    assert run(at=monday + timedelta(minutes=5)).skipped == ("X",)


def test_a_dividend_above_the_price_is_noted(run, store, vendor):
    vendor.dividends[FRIDAY] = 10_000.0
    run()
    assert store.events("X")[0].detail == (
        "The dividend of 2024-06-07 is not below the close before it and is left out."
    )


def test_a_withdrawn_dividend_is_noted(run, store, vendor):
    vendor.dividends[FRIDAY] = 1.0
    run()
    vendor.dividends.clear()
    run(at=utc("2024-06-10T22:00"))
    assert store.events("X")[0].detail.startswith("Dividend 1 withdrawn of 2024-06-07")


def test_the_whole_history_is_looked_at_again_after_four_weeks(run, vendor):
    run()
    run(at=utc("2024-07-08T22:00"))
    assert vendor.asked[0] == ("1d", None)


def test_a_long_downtime_is_made_up_for(run, store, vendor):
    run()
    run(at=utc("2025-03-03T22:00"))
    assert len(read_bars(store, "X", "1d").bars) == len(vendor.download("1d"))
