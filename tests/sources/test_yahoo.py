"""The real yfinance against a Yahoo on the loopback."""

import logging
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pandas as pd
import pytest

from stockdash.bars import INTERVALS, Interval
from stockdash.errors import RateLimitedError, SourceError, SourceUnavailableError, UnknownSymbolError
from stockdash.market import Market
from stockdash.sources.polite import PoliteSource
from stockdash.sources.yahoo import YahooSource
from tests.peers.worlds import Event, made_up
from tests.peers.yahoo import YahooPeer
from tests.sources.contract import SourceContract

DAY = timedelta(days=1)
AUGUST = datetime(2026, 8, 1, tzinfo=UTC)
SESSIONS = Market().sessions(date(2026, 6, 1), date(2026, 8, 21)).date
ACME = made_up(SESSIONS, half_hours_of=SESSIONS)


def _at(source: YahooSource, symbol: str, interval: Interval = "1d") -> pd.DataFrame:
    return source.fetch(symbol, interval, start=AUGUST).bars


class TestYahooSource(SourceContract):
    @pytest.fixture
    def clock(self, yahoo: YahooPeer) -> YahooPeer:
        yahoo.now += timedelta(minutes=7)
        return yahoo

    @pytest.fixture
    def source(self, yahoo: YahooPeer, yahoo_source: YahooSource) -> YahooSource:
        split, dividend = Event(date(2026, 7, 2), "split", 4.0), Event(date(2026, 7, 21), "dividend", 0.75)
        yahoo.world = {"AAPL": ACME.with_events(split, dividend)}
        return yahoo_source


class TestFaults:
    """What Yahoo does wrong becomes one of three errors, whether it knows the symbol's time zone or not."""

    @pytest.fixture(params=["known time zone", "new symbol"])
    def symbol(self, request: pytest.FixtureRequest, yahoo: YahooPeer, yahoo_source: YahooSource) -> str:
        if request.param == "new symbol":
            symbol = "NEW" + request.node.callspec.id[:8].upper().translate({ord(char): "" for char in "-_ "})
        else:
            symbol = "OLD"
        yahoo.world = {symbol: ACME}
        if symbol == "OLD":
            _at(yahoo_source, symbol)
        return symbol

    @pytest.mark.parametrize("fault", ["500", "html", "down", "empty", "nothing", "truncated", "reset", "error"])
    def test_broken_answer_is_unavailable(self, yahoo: YahooPeer, yahoo_source: YahooSource, symbol: str, fault: str):
        yahoo.fail(symbol, fault)
        with pytest.raises(SourceUnavailableError, match=symbol) as caught:
            _at(yahoo_source, symbol)
        assert caught.value.symbol == symbol

    @pytest.mark.parametrize("interval", INTERVALS)
    def test_too_many_requests_is_rate_limited(
        self, yahoo: YahooPeer, yahoo_source: YahooSource, symbol: str, interval: Interval
    ):
        yahoo.fail(symbol, "429")
        with pytest.raises(RateLimitedError, match=symbol):
            _at(yahoo_source, symbol, interval)

    @pytest.mark.parametrize("interval", INTERVALS)
    def test_unknown_symbol_says_so(self, yahoo: YahooPeer, yahoo_source: YahooSource, symbol: str, interval: Interval):
        yahoo.fail(symbol, "unknown")
        with pytest.raises(UnknownSymbolError, match=symbol):
            _at(yahoo_source, symbol, interval)

    def test_hanging_is_cut_off(self, yahoo: YahooPeer, yahoo_source: YahooSource, symbol: str):
        yahoo.fail(symbol, "hang")
        impatient = YahooSource(lambda: yahoo.now, cache_dir=yahoo_source._cache_dir, limit_seconds=0.2)
        with pytest.raises(SourceUnavailableError, match=r"no answer within 0\.2 seconds"):
            _at(impatient, symbol)

    def test_works_again_after_the_outage(self, yahoo: YahooPeer, yahoo_source: YahooSource, symbol: str):
        yahoo.fail(symbol, "500")
        with pytest.raises(SourceUnavailableError):
            _at(yahoo_source, symbol)
        yahoo.heal()
        assert len(_at(yahoo_source, symbol)) == 2


def test_no_network_is_told_in_plain_words(yahoo_source: YahooSource, monkeypatch: pytest.MonkeyPatch):
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")  # the discard port, where nobody listens
    with pytest.raises(SourceUnavailableError) as caught:
        yahoo_source.fetch("ACME", "1d", start=None)
    assert str(caught.value) == "Yahoo can't be reached (asked for ACME). Is there a network connection?"
    assert "curl" in str(caught.value.__cause__)


def test_unknown_symbol_stays_unknown_however_often_asked(yahoo_source: YahooSource):
    for _ in range(4):
        with pytest.raises(UnknownSymbolError):
            yahoo_source.fetch("NOSUCH", "1d", start=None)


def test_one_bad_symbol_leaves_the_others(yahoo: YahooPeer, yahoo_source: YahooSource):
    yahoo.world = dict.fromkeys(["GOOD", "BAD", "FINE"], ACME)
    yahoo.fail("BAD", "500")
    answers = {}
    for symbol in yahoo.world:
        try:
            answers[symbol] = len(_at(yahoo_source, symbol))
        except SourceError as exc:
            answers[symbol] = type(exc)
    assert answers == {"GOOD": 2, "BAD": SourceUnavailableError, "FINE": 2}


def test_isin_is_refused_without_asking(yahoo: YahooPeer, yahoo_source: YahooSource):
    with pytest.raises(UnknownSymbolError, match="ISIN"):
        yahoo_source.fetch("US0378331005", "1d", start=None)
    assert yahoo.asked() == []


class TestCaches:
    """yfinance keeps answers in memory; none may outlive the question."""

    def test_split_between_two_identical_questions_is_seen(self, yahoo: YahooPeer, yahoo_source: YahooSource):
        split_known = datetime(2026, 8, 4, 16, tzinfo=UTC)
        yahoo.world = {"ACME": ACME.with_events(Event(date(2026, 8, 4), "split", 10.0, split_known))}
        start = datetime(2026, 7, 1, tzinfo=UTC)
        before = yahoo_source.fetch("ACME", "1d", start=start, end=start + 7 * DAY)
        yahoo.now = split_known
        after = yahoo_source.fetch("ACME", "1d", start=start, end=start + 7 * DAY)
        assert after.bars["close"].tolist() == pytest.approx((before.bars["close"] / 10).tolist())
        assert after.bars["volume"].tolist() == [volume * 10 for volume in before.bars["volume"]]

    @pytest.mark.parametrize("fault", ["500", "html", "429"])
    def test_failed_time_zone_is_looked_up_again(self, yahoo: YahooPeer, yahoo_source: YahooSource, fault: str):
        yahoo.world = {f"ZONE{fault}".upper(): ACME}
        (symbol,) = yahoo.world
        yahoo.fail(symbol, fault, on="time_zone")
        with pytest.raises(SourceError):
            _at(yahoo_source, symbol)
        yahoo.heal()
        assert len(_at(yahoo_source, symbol)) == 2


class TestRows:
    @pytest.fixture(autouse=True)
    def world(self, yahoo: YahooPeer) -> None:
        yahoo.world = {"ACME": ACME}

    @pytest.mark.parametrize("interval", INTERVALS)
    def test_null_rows_are_dropped(self, yahoo: YahooPeer, yahoo_source: YahooSource, interval: Interval):
        yahoo.fail("ACME", "null_rows")
        bars = yahoo_source.fetch("ACME", interval, start=datetime(2026, 7, 20, tzinfo=UTC)).bars
        assert 0 < len(bars) <= len(Market().expected(interval, datetime(2026, 7, 20, tzinfo=UTC), yahoo.now)) + 2

    def test_newest_day_may_be_missing(self, yahoo: YahooPeer, yahoo_source: YahooSource):
        yahoo.fail("ACME", "no_newest")
        assert _at(yahoo_source, "ACME").index[-1] == datetime(2026, 8, 3, tzinfo=UTC)

    def test_answer_without_rows_is_no_error(self, yahoo: YahooPeer, yahoo_source: YahooSource):
        yahoo.fail("ACME", "no_rows")
        assert _at(yahoo_source, "ACME").empty

    def test_half_hours_are_what_was_traded(self, yahoo: YahooPeer, yahoo_source: YahooSource):
        final = Market().final("30m", ACME.half_hours.index, yahoo.now)
        traded = ACME.half_hours[final & (ACME.half_hours.index >= AUGUST)]
        pd.testing.assert_frame_equal(_at(yahoo_source, "ACME", "30m").loc[traded.index], traded, check_freq=False)

    @pytest.mark.parametrize(("minute", "bars"), [(30, 4), (37, 5), (45, 5), (59, 5)])
    def test_running_half_hour_lies_on_the_grid(
        self, yahoo: YahooPeer, yahoo_source: YahooSource, minute: int, bars: int
    ):
        yahoo.now = datetime(2026, 8, 4, 15, minute, tzinfo=UTC)
        today = yahoo_source.fetch("ACME", "30m", start=datetime(2026, 8, 4, tzinfo=UTC)).bars
        assert today.index.equals(Market().grid(date(2026, 8, 4))[:bars])

    def test_start_sixty_days_back_is_not_refused(self, yahoo: YahooPeer, yahoo_source: YahooSource):
        bars = yahoo_source.fetch("ACME", "30m", start=yahoo.now - 60 * DAY).bars
        assert bars.index[0] >= yahoo.now - 59 * DAY

    def test_range_before_the_sixty_days_asks_nothing(self, yahoo: YahooPeer, yahoo_source: YahooSource):
        start = yahoo.now - 90 * DAY
        assert yahoo_source.fetch("ACME", "30m", start=start, end=start + DAY).bars.empty
        assert yahoo.asked() == []

    def test_half_hours_of_all_sixty_days_without_start(self, yahoo_source: YahooSource):
        bars = yahoo_source.fetch("ACME", "30m", start=None).bars
        assert bars.index[0] == ACME.half_hours.index[0]


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        (datetime(2026, 3, 10, 22, tzinfo=UTC), {date(2026, 3, 6): 14, date(2026, 3, 9): 13}),
        (datetime(2025, 11, 4, 22, tzinfo=UTC), {date(2025, 10, 31): 13, date(2025, 11, 3): 14}),
    ],
    ids=["spring", "autumn"],
)
def test_clock_changes_move_the_open_in_utc(
    yahoo: YahooPeer, yahoo_source: YahooSource, now: datetime, opens: dict[date, int]
):
    yahoo.now, yahoo.world = now, {"ACME": made_up(opens, half_hours_of=opens)}
    half_hours = yahoo_source.fetch("ACME", "30m", start=now - 20 * DAY).bars
    daily = yahoo_source.fetch("ACME", "1d", start=now - 20 * DAY).bars
    assert {ts.date(): ts.hour for ts in half_hours.index[::13]} == opens
    assert daily.index.date.tolist() == list(opens)


def test_half_day_has_seven_bars(yahoo: YahooPeer, yahoo_source: YahooSource):
    days = [date(2025, 11, 26), date(2025, 11, 28)]
    yahoo.now, yahoo.world = datetime(2025, 11, 28, 18, tzinfo=UTC), {"ACME": made_up(days, half_hours_of=days)}
    bars = yahoo_source.fetch("ACME", "30m", start=datetime(2025, 11, 28, tzinfo=UTC)).bars
    assert bars.index.equals(Market().grid(days[1]))
    assert len(bars) == 7


def test_other_time_zones_keep_their_own_dates(yahoo: YahooPeer, yahoo_source: YahooSource):
    listing = replace(ACME, half_hours=ACME.half_hours.iloc[:0], time_zone="Australia/Sydney", currency="AUD")
    yahoo.world = {"CBA.AX": listing}
    answer = yahoo_source.fetch("CBA.AX", "1d", start=datetime(2026, 7, 29, tzinfo=UTC), end=AUGUST)
    assert answer.bars.index.date.tolist() == [date(2026, 7, 29), date(2026, 7, 30), date(2026, 7, 31)]


def test_split_and_dividend_of_one_day_are_both_reported(yahoo: YahooPeer, yahoo_source: YahooSource):
    day = date(2026, 8, 3)
    yahoo.world = {"ACME": ACME.with_events(Event(day, "split", 0.125), Event(day, "dividend", 0.5))}
    actions = yahoo_source.fetch("ACME", "1d", start=AUGUST).actions
    assert {(action.ex_date, action.kind, action.value) for action in actions} == {
        (day, "split", 0.125),
        (day, "dividend", 0.5),
    }


def test_action_before_the_first_trade_of_the_day_is_reported(yahoo: YahooPeer, yahoo_source: YahooSource):
    yahoo.now = datetime(2026, 8, 4, 12, tzinfo=UTC)
    yahoo.world = {"ACME": ACME.with_events(Event(date(2026, 8, 4), "split", 2.0))}
    answer = yahoo_source.fetch("ACME", "1d", start=AUGUST)
    assert [action.ex_date for action in answer.actions] == [date(2026, 8, 4)]
    assert answer.bars.index.date.tolist() == [date(2026, 8, 3)]


def test_cookie_and_crumb_may_fail(yahoo: YahooPeer, yahoo_source: YahooSource):
    yahoo.world = {"ACME": ACME}
    yahoo.fail("", "429", on="crumb")
    assert len(_at(yahoo_source, "ACME")) == 2


def test_yfinance_logs_nothing(yahoo: YahooPeer, yahoo_source: YahooSource, caplog: pytest.LogCaptureFixture):
    yahoo.world = {"ACME": ACME}
    yahoo.fail("ACME", "500")
    with caplog.at_level(logging.DEBUG), pytest.raises(SourceUnavailableError):
        _at(yahoo_source, "ACME")
    assert not [record for record in caplog.records if record.name.startswith(("yfinance", "peewee"))]


def test_limited_rate_is_respected_by_all_who_ask(yahoo: YahooPeer, yahoo_source: YahooSource):
    yahoo.world = {"ACME": ACME}
    polite = PoliteSource(yahoo_source, yahoo)
    yahoo.fail("ACME", "429")
    with pytest.raises(RateLimitedError):
        polite.fetch("ACME", "1d", start=AUGUST)
    yahoo.heal()
    yahoo.requests.clear()
    with pytest.raises(RateLimitedError, match="nothing was sent for ACME"):
        polite.facts("ACME")
    assert yahoo.asked() == []
    assert polite.status() == "rate-limited until 11:50 ET"
