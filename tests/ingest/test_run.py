import pytest

from stockdash.errors import LeaseTakenError, SourceUnavailableError, StoreUnavailableError
from stockdash.ingest.lease import NAME
from stockdash.ingest.run import Ingestion, summary
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
    publish = lambda symbols: holders.append((symbols, store.lease(NAME) is not None))  # noqa: E731
    Ingestion(store, source, MARKET, publish, ttl_seconds=60, clock=clock).run(BOTH)
    assert holders == [(["NVDA", "TSM"], True)]


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
    with pytest.raises(LeaseTakenError, match="elsewhere, until 18:01:00 UTC"):
        ingestion.run(BOTH)
    assert source.asked == []


def test_the_lease_is_given_back_when_publishing_fails(store, source, clock):
    def publish(_):
        raise StoreUnavailableError("disk full")

    with pytest.raises(StoreUnavailableError):
        Ingestion(store, source, MARKET, publish, ttl_seconds=60, clock=clock).run(BOTH)
    assert store.lease(NAME) is None


def test_the_end_of_a_run_is_logged(ingestion, caplog):
    caplog.set_level("INFO")
    ingestion.run(["NVDA"])
    assert caplog.messages[-1].startswith("Ingestion run complete: 1 symbol changed, ")


def test_the_summary_tells_what_failed(ingestion, source):
    source.failing["NVDA"] = SourceUnavailableError("no network", symbol="NVDA")
    assert summary(ingestion.run(BOTH)).endswith("updated, 0 unchanged, 1 failed")
