"""What the real yfinance tells about a listing, from a Yahoo on the loopback."""

from dataclasses import replace
from datetime import date

import pytest

from stockdash.errors import SourceUnavailableError, UnknownSymbolError
from stockdash.sources.yahoo import YahooSource
from tests.peers.worlds import Listing, made_up
from tests.peers.yahoo import YahooPeer


class TestFacts:
    @pytest.fixture
    def listing(self, yahoo: YahooPeer) -> Listing:
        listing = replace(made_up([date(2026, 8, 3)]), sector="Energy", industry="Anvils", shares=1_000_000)
        yahoo.world = {"ACME": listing}
        return listing

    def test_come_from_the_profile(self, yahoo_source: YahooSource, listing: Listing):
        facts = yahoo_source.facts("ACME")
        assert (facts.name, facts.exchange) == (listing.name, "NasdaqGS")
        assert (facts.sector, facts.industry, facts.shares_outstanding) == ("Energy", "Anvils", 1_000_000)

    @pytest.mark.usefixtures("listing")
    def test_come_from_the_chart_where_there_is_no_profile(self, yahoo: YahooPeer, yahoo_source: YahooSource):
        yahoo.fail("ACME", "unknown", on="facts")
        facts = yahoo_source.facts("ACME")
        assert (facts.name, facts.kind, facts.currency) == ("Made up Inc.", "EQUITY", "USD")
        assert {request.interval for request in yahoo.asked("ACME", kind="chart")} == {"1d"}

    def test_unknown_symbol_has_none(self, yahoo_source: YahooSource):
        with pytest.raises(UnknownSymbolError, match="NOSUCH"):
            yahoo_source.facts("NOSUCH")

    @pytest.mark.usefixtures("listing")
    def test_outage_is_no_empty_fact(self, yahoo: YahooPeer, yahoo_source: YahooSource):
        yahoo.fail("ACME", "500", on="facts")
        with pytest.raises(SourceUnavailableError):
            yahoo_source.facts("ACME")
