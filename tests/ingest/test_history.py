"""The property of the whole: in any order of events, what `query` gives is what one fresh full download holds."""

import tempfile
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import note, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from stockdash.adjust import current
from stockdash.bars import PRICES
from stockdash.errors import RateLimitedError, SourceUnavailableError, UnknownSymbolError
from stockdash.ingest import ingest
from stockdash.query import read_bars
from stockdash.stores.sqlite import SqliteStore
from tests.ingest.vendor import LAST, MARKET, WINDOW, Clock, Vendor

SYMBOL = "X"

# How many sessions ago: today, inside the overlap, at its edge, inside and just outside the window, long ago.
AGO = st.sampled_from([0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 20, 39, 40, 41, 42, 43, 60, 100])
RATIOS = st.sampled_from([10.0, 7.0, 4.0, 2.0, 1.5, 1.05, 0.125, 0.1])
AMOUNTS = st.sampled_from([0.05, 0.24, 0.5, 1.5])
KNOWN_IN = st.sampled_from(["both", "both", "both", "prices", "list"])
WAITS = st.one_of(
    st.integers(2, 600).map(lambda minutes: timedelta(minutes=minutes)),
    st.integers(1, 5).map(lambda days: timedelta(days=days)),
    st.sampled_from([25, 27, 29, 56, 58, 59, 60, 61, 90]).map(lambda days: timedelta(days=days)),
)
CHANGES = st.lists(st.sampled_from([1.0, 0.99, 1.004, 1.02]), min_size=5, max_size=5)
EVENTS = st.one_of(
    st.tuples(st.just("split"), AGO, RATIOS, KNOWN_IN),
    st.tuples(st.just("dividend"), AGO, AMOUNTS),
    st.tuples(st.just("split_and_dividend"), AGO, RATIOS, AMOUNTS),
    st.tuples(st.just("corrected_split"), st.integers(0, 9), st.one_of(st.none(), RATIOS), KNOWN_IN),
    st.tuples(st.just("corrected_dividend"), st.integers(0, 9), st.one_of(st.none(), AMOUNTS)),
    st.tuples(st.just("list_of_what_is_in_the_prices")),
    st.tuples(st.just("restated_bar"), st.sampled_from(["1d", "30m"]), st.integers(0, 7), CHANGES),
)
ERRORS = st.sampled_from(
    [
        SourceUnavailableError("timed out", symbol=SYMBOL),
        RateLimitedError("429", symbol=SYMBOL),
        UnknownSymbolError("404", symbol=SYMBOL),
        ValueError("not one of ours"),
    ]
)


class Killed(BaseException):
    """Not an Exception, so that nobody handles it: the process ends here."""


class KillableStore(SqliteStore):
    """Lets the process end before or after one of the next changes."""

    changes_left = None

    def write(self, batch, lease):
        self._tick()
        written = super().write(batch, lease)
        self._tick()
        return written

    def set_state(self, key, value):
        self._tick()
        super().set_state(key, value)

    def _tick(self):
        if self.changes_left == 0:
            raise Killed
        if self.changes_left is not None:
            self.changes_left -= 1


class History(RuleBasedStateMachine):
    def __init__(self):
        super().__init__()
        shm = Path("/dev/shm")  # noqa: S108 - memory, where there is one: a disk is waited for at each write
        self.folder = tempfile.TemporaryDirectory(dir=shm if shm.is_dir() else None)
        self.clock = Clock(datetime(2024, 3, 4, tzinfo=UTC))
        self.vendor = Vendor(self.clock)
        self.store = KillableStore(Path(self.folder.name) / "bars.db", clock=lambda: self.clock.now)
        self.lease = self.store.acquire("ingest", "test", 10**9)

    def teardown(self):
        self.store.close()
        self.folder.cleanup()

    @initialize(at=st.integers(0, 3 * 24 * 60))
    def start(self, at):
        self.clock.now += timedelta(minutes=at)

    # --- the world

    @rule(what=EVENTS)
    def happens(self, what):
        happening, *details = what
        getattr(self, f"_{happening}")(*details)

    @rule(span=WAITS)
    def wait(self, span):
        if (self.clock.now + span).date() < LAST:
            self.clock.now = (self.clock.now + span).replace(microsecond=0)

    # --- what we do about it

    @rule(span=WAITS, intervals=st.sampled_from([("1d", "30m"), ("1d", "30m"), ("1d",), ("30m",)]))
    def ingest(self, span, intervals):
        self.wait(span)
        self.vendor.asked.clear()
        report = self._ingest(intervals=intervals)
        assert not report.failed
        if SYMBOL not in report.skipped:
            self._equals_a_fresh_download("1d")
            if "30m" in [interval for interval, _ in self.vendor.asked]:
                self._equals_a_fresh_download("30m")
            self._is_at_rest(intervals)

    @rule()
    def ingest_in_full(self):
        assert not self._ingest(full=True).failed
        self._equals_a_fresh_download("1d")
        self._equals_a_fresh_download("30m")
        stored = {(a.ex_date, a.kind): a.value for a in current(self.store.actions(SYMBOL))}
        assert stored == {(a.ex_date, a.kind): pytest.approx(a.value) for a in self.vendor.actions()}
        self._as_traded_undoes_the_splits()

    @rule(span=WAITS, after=st.integers(0, 3), trouble=st.one_of(ERRORS, EVENTS))
    def ingest_in_trouble(self, span, after, trouble):
        """Fail, or let the vendor change, between two requests of one run."""
        self.wait(span)
        self.vendor.faults = [None] * after
        self.vendor.faults += [trouble if isinstance(trouble, Exception) else lambda: self.happens(trouble)]
        self._ingest()
        self._reads()

    @rule(span=WAITS, after=st.integers(0, 7))
    def ingest_and_be_killed(self, span, after):
        self.wait(span)
        self.store.changes_left = after
        with suppress(Killed):
            self._ingest()
        self.store.changes_left = None
        self._reads()

    # --- what may happen at the vendor

    def _split(self, ago, ratio, known_in):
        self._know_split(self._session(ago), ratio, known_in)

    def _dividend(self, ago, amount):
        self.vendor.dividends[self._session(ago)] = amount

    def _split_and_dividend(self, ago, ratio, amount):
        self._split(ago, ratio, "both")
        self._dividend(ago, amount)

    def _corrected_split(self, pick, ratio, known_in):
        days = sorted(self.vendor.splits_in_prices.keys() | self.vendor.listed_splits.keys())
        if days:
            self._know_split(days[pick % len(days)], ratio, known_in)

    def _corrected_dividend(self, pick, amount):
        days = sorted(self.vendor.dividends)
        if days and amount:
            self.vendor.dividends[days[pick % len(days)]] = amount
        elif days:
            del self.vendor.dividends[days[pick % len(days)]]

    def _list_of_what_is_in_the_prices(self):
        self.vendor.listed_splits = dict(self.vendor.splits_in_prices)

    def _restated_bar(self, interval, ago, changes):
        index = self.vendor.download(interval).index
        final = index[MARKET.final(interval, index, self.clock.now)]
        ago = ago if interval == "30m" else ago % 4
        self.vendor.restate(interval, final[-1 - ago], np.array(changes))

    # --- in detail

    def _session(self, ago):
        days = self.vendor.sessions_until_now()
        return days[max(len(days) - 1 - ago, 1)]

    def _know_split(self, day, ratio, known_in):
        for place, splits in (("prices", self.vendor.splits_in_prices), ("list", self.vendor.listed_splits)):
            if known_in in ("both", place):
                splits.pop(day, None) if ratio is None else splits.update({day: ratio})

    def _ingest(self, **choice):
        report = ingest(self.store, self.vendor, MARKET, symbols=[SYMBOL], lease=self.lease, clock=self.clock, **choice)
        self.vendor.faults = []
        for event in self.store.events():
            note(f"{event.at} {event.interval} {event.kind}: {event.detail}")
        return report

    def _reads(self):
        for interval in ("1d", "30m"):
            read_bars(self.store, SYMBOL, interval)

    def _is_at_rest(self, intervals):
        stamp, asked = self.store.stamp(SYMBOL), len(self.vendor.asked)
        assert self._ingest(intervals=intervals).skipped == (SYMBOL,)
        assert (self.store.stamp(SYMBOL), len(self.vendor.asked)) == (stamp, asked)

    def _equals_a_fresh_download(self, interval):
        fresh = self.vendor.download(interval, whole=True)
        split_only = read_bars(self.store, SYMBOL, interval, mode="splits")
        seen = split_only.bars
        served = fresh.index >= (self.clock.now - WINDOW if interval == "30m" else fresh.index[0])
        assert fresh.index[served].difference(seen.index).empty
        # What is older than the window can't be asked for again, so a bar that never became final stays as it was.
        known = seen.index[(seen.index >= fresh.index[served][0]) | ~split_only.provisional]
        known = known[~known.isin(self._restated_and_gone(interval, known))]
        for name in PRICES:
            _same(seen.loc[known, name], fresh.loc[known, name], 1e-6)
        _same(seen.loc[known, "volume"], fresh.loc[known, "volume"], 0.01)
        self._equals_the_vendors_adjusted_close(interval, known)

    def _as_traded_undoes_the_splits(self):
        if self.vendor.listed_splits != self.vendor.splits_in_prices:
            return
        history, traded = read_bars(self.store, SYMBOL, "1d", mode="none"), self.vendor.download("1d")["close"]
        for ex_date, ratio in self.vendor.listed_splits.items():
            traded[: pd.Timestamp(ex_date, tz="UTC") - timedelta(days=1)] *= ratio
        final = ~history.provisional
        _same(history.bars["close"][final], traded[final], 1e-6)

    def _restated_and_gone(self, interval, bars):
        """Give older 30-minute bars of days that were restated: nothing tells any more what they would be."""
        days = {ts.date() for _, ts in self.vendor.restated} if interval == "30m" else set()
        return [ts for ts in bars if ts < self.clock.now - WINDOW and ts.date() in days]

    def _equals_the_vendors_adjusted_close(self, interval, known):
        daily = self.vendor.download("1d")
        factors = self.vendor.adj_close(daily) / daily["close"]
        everything = read_bars(self.store, SYMBOL, interval, mode="all").bars
        split_only = read_bars(self.store, SYMBOL, interval, mode="splits").bars
        days = known.tz_convert("America/New_York").tz_localize(None).normalize() if interval == "30m" else known
        days = pd.DatetimeIndex(days.tz_localize("UTC") if interval == "30m" else days)
        expected = split_only.loc[known, "close"] * factors.reindex(days).to_numpy()
        _same(everything.loc[known, "close"], expected, 1e-6)


def _same(seen, expected, tolerance):
    off = (seen / expected - 1).abs()
    assert off.max() <= tolerance, f"{seen.name} off by {off.max()} at {off.idxmax()}"


TestHistory = History.TestCase
TestHistory.settings = settings(stateful_step_count=15, max_examples=settings().max_examples // 2, deadline=None)
