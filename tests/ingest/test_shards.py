from collections import Counter

import pytest

from stockdash.errors import LeaseTakenError, StoreUnavailableError
from stockdash.ingest.run import Ingestion, summary
from stockdash.ingest.shards import shards_of, share_universe
from tests.ingest.few_bars import MARKET

UNIVERSE = [f"S{number:03}" for number in range(24)]


@pytest.fixture
def ingestion(store, source, published, clock):
    return Ingestion(store, source, MARKET, published.extend, ttl_seconds=60, clock=clock, shards=4)


def test_one_shard_has_everything_in_order_under_the_plain_name():
    assert shards_of(UNIVERSE, 1) == {"ingest": tuple(UNIVERSE)}


# What every process of every version must agree on: CRC-32 as gzip has it, modulo 8.
@pytest.mark.parametrize(
    ("symbol", "shard"), [("NVDA", "ingest:8/8"), ("^GSPC", "ingest:5/8"), ("7203.T", "ingest:2/8")]
)
def test_a_symbol_is_in_one_shard_for_ever(symbol, shard):
    assert shards_of([symbol], 8) == {shard: (symbol,)}


@pytest.mark.parametrize("count", [2, 3, 8])
def test_each_symbol_is_in_exactly_one_shard(count):
    shards = shards_of(UNIVERSE, count)
    assert Counter(symbol for shard in shards.values() for symbol in shard) == Counter(UNIVERSE)
    assert len(shards) == count


def test_a_large_universe_is_cut_evenly():
    sizes = [len(shard) for shard in shards_of([f"T{number}" for number in range(2_000)], 8).values()]
    assert min(sizes) > 200
    assert max(sizes) < 300


def test_a_shard_without_symbols_is_no_work():
    assert len(shards_of(["NVDA"], 1024)) == 1


@pytest.mark.parametrize(
    ("name", "other", "shared"),
    [
        ("ingest", "ingest", True),
        ("ingest:1/8", "ingest:3/8", True),
        ("ingest", "ingest:3/8", False),
        ("ingest:1/4", "ingest:1/8", False),
    ],
)
def test_leases_of_one_cut_are_told_apart_from_those_of_another(name, other, shared):
    assert share_universe(name, other) is shared


def test_a_run_alone_works_off_every_shard_and_is_recorded_once(ingestion, store, source, published):
    report = ingestion.run(UNIVERSE)
    assert sorted(report.changed) == sorted(published) == sorted(source.asked) == UNIVERSE
    assert (report.busy, [run.written for run in store.runs()]) == ({}, [report.written])
    assert store.leases("") == ()


def test_progress_goes_on_over_the_shards(ingestion):
    told = []
    ingestion.run(UNIVERSE, progress=told.append)
    assert [at.done for at in told if at.step == "stored"] == list(range(1, len(UNIVERSE) + 1))
    assert {at.total for at in told} == {len(UNIVERSE)}


def test_a_shard_that_another_holds_is_left_to_it(ingestion, store, source):
    theirs = store.acquire("ingest:3/4", "elsewhere", 60)
    report = ingestion.run(UNIVERSE)
    busy = shards_of(UNIVERSE, 4)["ingest:3/4"]
    assert report.busy == dict.fromkeys(busy, theirs.expires_at)
    assert sorted([*source.asked, *busy]) == UNIVERSE
    assert summary(report).endswith(f"{len(busy)} with another instance")


def test_a_run_of_which_others_hold_every_shard_asks_nothing(ingestion, store, source):
    for name in shards_of(UNIVERSE, 4):
        store.acquire(name, "elsewhere", 60)
    with pytest.raises(LeaseTakenError, match="elsewhere"):
        ingestion.run(UNIVERSE)
    assert (source.asked, store.runs()) == ([], ())


def test_a_run_that_is_told_to_stop_takes_no_further_shard(ingestion, source, store):
    report = ingestion.run(UNIVERSE, cancelled=lambda: len(source.asked) == 2)
    assert (len(report.changed), len(report.cancelled)) == (2, len(UNIVERSE) - 2)
    assert len([name for name in shards_of(UNIVERSE, 4) if store.acquire(name, "next", 60).token == 2]) == 1


def test_a_shard_whose_lease_is_lost_takes_no_other_along(ingestion, source, clock):
    source.on_fetch = lambda _: clock.set("2026-11-18T19:00") if len(source.asked) == 1 else None
    report = ingestion.run(UNIVERSE)
    first = next(iter(shards_of(UNIVERSE, 4).values()))
    assert (list(report.failed), report.cancelled) == ([first[0]], first[1:])
    assert len(report.changed) == len(UNIVERSE) - len(first)


def test_a_store_that_fails_for_one_shard_fails_no_other(ingestion, store, monkeypatch):
    acquire = store.acquire

    def failing(name, *rest):
        if name == "ingest:2/4":
            raise StoreUnavailableError("locked")
        return acquire(name, *rest)

    monkeypatch.setattr(store, "acquire", failing)
    report = ingestion.run(UNIVERSE)
    assert report.failed == dict.fromkeys(shards_of(UNIVERSE, 4)["ingest:2/4"], "locked")
    assert len(report.changed) + len(report.failed) == len(UNIVERSE)
