import pytest

from stockdash.errors import LeaseTakenError, SourceUnavailableError, StoreUnavailableError
from stockdash.ingest.lease import holder
from stockdash.ingest.run import Ingestion, summary
from stockdash.ingest.shards import NAME
from tests.ingest.few_bars import MARKET

BOTH = ("NVDA", "TSM")


def test_a_run_stores_bars_of_every_symbol(ingestion, store):
    report = ingestion.run(BOTH)
    assert report.changed == store.symbols() == BOTH


def test_a_second_run_asks_and_stores_nothing(ingestion, source):
    ingestion.run(BOTH)
    source.asked.clear()
    report = ingestion.run(BOTH)
    assert (source.asked, report.changed, report.skipped) == ([], (), BOTH)


def test_what_was_looked_at_is_published_under_the_lease(store, source, clock):
    holders = []
    publish = lambda symbols: holders.append((list(symbols), store.lease(NAME) is not None, len(store.runs())))  # noqa: E731
    Ingestion(store, source, MARKET, publish, ttl_seconds=60, clock=clock).run(BOTH)
    assert holders == [(["NVDA", "TSM"], True, 0), ([], False, 1)]


def test_a_run_that_is_told_to_stop_stops_between_symbols(ingestion, source, published):
    report = ingestion.run(BOTH, cancelled=lambda: bool(source.asked))
    assert (report.changed, report.cancelled, published) == (("NVDA",), ("TSM",), ["NVDA"])


def test_a_run_that_loses_the_lease_stops_between_symbols(ingestion, source, store, clock):
    source.on_fetch = lambda _: clock.set("2026-11-18T19:00")
    report = ingestion.run(BOTH)
    assert (source.asked, store.symbols(), report.cancelled) == (["NVDA"], (), ("TSM",))


def test_a_run_that_lost_the_lease_publishes_nothing(ingestion, source, clock, published):
    source.on_fetch = lambda symbol: clock.set("2026-11-18T19:00") if symbol == "TSM" else None
    assert list(ingestion.run(BOTH).failed) == ["TSM"]
    assert published == []


def test_a_run_while_another_goes_on_asks_nothing(ingestion, source, store):
    store.acquire(NAME, "elsewhere", 60)
    with pytest.raises(LeaseTakenError, match="elsewhere, until 13:01:00 ET"):
        ingestion.run(BOTH)
    assert source.asked == []


def test_a_run_whose_snapshots_fail_tells_so_and_what_it_did(store, source, clock):
    def publish(_):
        raise StoreUnavailableError("disk full")

    report = Ingestion(store, source, MARKET, publish, ttl_seconds=60, clock=clock).run(BOTH)
    assert (report.trouble, report.changed, report.failed) == ("disk full", BOTH, {})
    assert (store.lease(NAME), len(store.runs())) == (None, 1)


def test_every_run_is_recorded(ingestion, source, store):
    source.failing["NVDA"] = SourceUnavailableError("no network", symbol="NVDA")
    report = ingestion.run(BOTH)
    (recorded,) = store.runs()
    assert (recorded.holder, recorded.failed, recorded.written) == (holder(), {"NVDA": "no network"}, report.written)
    assert (recorded.started_at, recorded.finished_at) == (report.started_at, report.finished_at)


def test_a_store_that_gives_no_lease_fails_every_symbol(ingestion, store, monkeypatch):
    def locked(*_):
        raise StoreUnavailableError("locked")

    monkeypatch.setattr(store, "acquire", locked)
    assert ingestion.run(BOTH).failed == dict.fromkeys(BOTH, "locked")


def test_the_end_of_a_run_is_logged(ingestion, caplog):
    caplog.set_level("INFO")
    ingestion.run(["NVDA"])
    assert caplog.messages[-1].startswith("Ingestion run complete: 1 symbol changed, ")


def test_the_summary_tells_what_failed(ingestion, source):
    source.failing["NVDA"] = SourceUnavailableError("no network", symbol="NVDA")
    assert summary(ingestion.run(BOTH)).endswith("updated, 0 unchanged, 1 failed")
