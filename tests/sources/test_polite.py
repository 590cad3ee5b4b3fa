from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from stockdash.bars import Interval, empty_bars
from stockdash.errors import RateLimitedError, SourceUnavailableError, UnknownSymbolError
from stockdash.sources import Fetched
from stockdash.sources.polite import Manners, PoliteSource
from stockdash.symbols import Facts

NOON = datetime(2026, 8, 4, 16, tzinfo=UTC)  # 12:00 in New York
DOWN = SourceUnavailableError("broken", symbol="X")
LIMITED = RateLimitedError("too many", symbol="X")
UNKNOWN = UnknownSymbolError("no such", symbol="X")


@dataclass
class Time:
    """Seconds since noon; sleeping only moves them on."""

    seconds: float = 0.0
    naps: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return NOON + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.seconds += seconds


@dataclass
class Vendor:
    """Gives its answers one after the other, then bars for ever."""

    time: Time
    answers: list[Exception] = field(default_factory=list)
    asked_at: list[float] = field(default_factory=list)
    name: str = "Vendor"

    def fetch(self, symbol: str, interval: Interval, *, start: datetime | None, end: datetime | None = None) -> Fetched:  # noqa: ARG002
        self.asked_at.append(self.time.seconds)
        if self.answers:
            raise self.answers.pop(0)
        return Fetched(empty_bars(), (), self.time.now())

    def facts(self, symbol: str) -> Facts:
        return Facts(name=symbol)

    def status(self) -> str:
        return ""


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def vendor(time: Time) -> Vendor:
    return Vendor(time)


@pytest.fixture
def polite(vendor: Vendor, time: Time) -> PoliteSource:
    return PoliteSource(vendor, time.now, sleep=time.sleep, monotonic=time.monotonic)


def _ask(source: PoliteSource, symbol: str = "X") -> Fetched:
    return source.fetch(symbol, "1d", start=None)


def _fail(source: PoliteSource, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises((SourceUnavailableError, RateLimitedError)):
            _ask(source)


class TestSecondAttempts:
    def test_passing_trouble_is_not_noticed(self, vendor: Vendor, polite: PoliteSource):
        vendor.answers = [DOWN, DOWN]
        assert _ask(polite).bars.empty
        assert len(vendor.asked_at) == 3

    def test_end_after_three(self, vendor: Vendor, polite: PoliteSource):
        vendor.answers = [DOWN] * 9
        with pytest.raises(SourceUnavailableError, match="broken"):
            _ask(polite)
        assert len(vendor.asked_at) == 3

    def test_come_after_pauses_that_grow_and_differ(self, vendor: Vendor, polite: PoliteSource, time: Time):
        for _ in range(5):
            vendor.answers = [DOWN, DOWN]
            _ask(polite)
        firsts, seconds = time.naps[::2], time.naps[1::2]
        assert all(1 <= nap <= 2 for nap in firsts)
        assert all(2 <= nap <= 3 for nap in seconds)
        assert len(set(time.naps)) == len(time.naps)

    @pytest.mark.parametrize("answer", [LIMITED, UNKNOWN, ValueError("a mistake")], ids=type)
    def test_are_only_for_an_unavailable_source(self, vendor: Vendor, polite: PoliteSource, answer: Exception):
        vendor.answers = [answer]
        with pytest.raises(type(answer)):
            _ask(polite)
        assert len(vendor.asked_at) == 1


class TestSilence:
    def test_begins_when_the_rate_is_limited(self, vendor: Vendor, polite: PoliteSource):
        vendor.answers = [LIMITED]
        _fail(polite, times=4)
        assert len(vendor.asked_at) == 1

    def test_tells_until_when(self, vendor: Vendor, polite: PoliteSource):
        vendor.answers = [LIMITED]
        with pytest.raises(RateLimitedError) as caught:
            _ask(polite)
        assert caught.value.retry_at == NOON + timedelta(minutes=5)
        assert polite.status() == "rate-limited until 12:05 ET"

    def test_keeps_the_time_that_the_service_names(self, vendor: Vendor, polite: PoliteSource):
        vendor.answers = [RateLimitedError("later", symbol="X", retry_at=NOON + timedelta(hours=2))]
        _fail(polite)
        assert polite.status() == "rate-limited until 14:00 ET"

    def test_refusal_names_symbol_and_time(self, vendor: Vendor, polite: PoliteSource):
        vendor.answers = [LIMITED]
        _fail(polite)
        with pytest.raises(RateLimitedError, match=r"until 12:05 ET; nothing was sent for NVDA") as caught:
            _ask(polite, "NVDA")
        assert caught.value.retry_at == NOON + timedelta(minutes=5)

    def test_begins_after_three_questions_in_a_row_failed(self, vendor: Vendor, polite: PoliteSource):
        vendor.answers = [DOWN] * 99
        _fail(polite, times=5)
        assert len(vendor.asked_at) == 9
        assert polite.status() == "Vendor unreachable, next try 12:01 ET"

    def test_does_not_begin_while_others_succeed(self, vendor: Vendor, polite: PoliteSource):
        for _ in range(5):
            vendor.answers = [DOWN] * 3
            _fail(polite)
            _ask(polite)
        assert polite.status() == ""

    def test_does_not_begin_for_unknown_symbols(self, vendor: Vendor, polite: PoliteSource):
        vendor.answers = [UNKNOWN] * 9
        for _ in range(9):
            with pytest.raises(UnknownSymbolError):
                _ask(polite)
        assert polite.status() == ""

    def test_ends_with_one_question_that_succeeds(self, vendor: Vendor, polite: PoliteSource, time: Time):
        vendor.answers = [LIMITED]
        _fail(polite)
        time.seconds = 300
        assert polite.status() == ""
        assert _ask(polite).bars.empty
        assert _ask(polite).bars.empty

    def test_doubles_when_that_question_fails(self, vendor: Vendor, polite: PoliteSource, time: Time):
        vendor.answers = [LIMITED] * 9
        ends = []
        for _ in range(6):
            _fail(polite, times=3)
            ends.append(polite.status()[-8:-3])
            time.seconds = (int(ends[-1][:2]) - 12) * 3600 + int(ends[-1][3:]) * 60
        assert ends == ["12:05", "12:15", "12:35", "13:15", "14:15", "15:15"]
        assert len(vendor.asked_at) == 6

    def test_is_short_again_after_success(self, vendor: Vendor, polite: PoliteSource, time: Time):
        vendor.answers = [LIMITED, LIMITED]
        _fail(polite)
        time.seconds = 300
        _fail(polite)
        time.seconds = 900
        _ask(polite)
        vendor.answers = [LIMITED]
        _fail(polite)
        assert polite.status() == "rate-limited until 12:20 ET"

    def test_holds_for_facts_too(self, vendor: Vendor, polite: PoliteSource):
        vendor.answers = [LIMITED]
        _fail(polite)
        with pytest.raises(RateLimitedError):
            polite.facts("X")


class TestPace:
    def test_five_a_second(self, vendor: Vendor, polite: PoliteSource):
        for _ in range(11):
            _ask(polite)
        assert vendor.asked_at[4] < 1 <= vendor.asked_at[5] < 2 <= vendor.asked_at[10]

    def test_and_not_too_many_a_minute(self, vendor: Vendor, time: Time):
        manners = Manners(requests_a_minute=20)
        polite = PoliteSource(vendor, time.now, manners=manners, sleep=time.sleep, monotonic=time.monotonic)
        for _ in range(21):
            _ask(polite)
        assert vendor.asked_at[19] < 10
        assert vendor.asked_at[20] >= 60

    def test_second_attempts_wait_their_turn_too(self, vendor: Vendor, time: Time):
        manners = Manners(requests_a_second=1, requests_a_minute=60, first_pause=0.0, longest_pause=0.0)
        polite = PoliteSource(vendor, time.now, manners=manners, sleep=time.sleep, monotonic=time.monotonic)
        vendor.answers = [DOWN]
        _ask(polite)
        assert vendor.asked_at[1] >= 1


def test_no_second_attempt_after_a_long_one(vendor: Vendor, time: Time):
    manners = Manners(no_attempt_after=0.0)
    polite = PoliteSource(vendor, time.now, manners=manners, sleep=time.sleep, monotonic=time.monotonic)
    vendor.answers = [DOWN] * 3
    _fail(polite)
    assert len(vendor.asked_at) == 1
