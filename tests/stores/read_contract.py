"""What every store must keep when it is read. A store's tests are a subclass plus a `filled` fixture:
batches in, a store that holds them out.
"""

from collections.abc import Callable
from datetime import date, timedelta
from zlib import crc32

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stockdash.bars import Action, check_observed, empty_observed
from stockdash.stores import Batch, Coverage, Event, ReadStore, Run, Written
from tests.stores.samples import EVENT, FACTS, NOW, RUN, dividend, observed, varied

# Examples may share a store, and subclasses a test: what a symbol is given depends on the symbol alone.
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
Filled = Callable[..., ReadStore]

symbols = st.from_regex(r"\^?[A-Z0-9](?:[A-Z0-9&=_]|[.\-](?=[A-Z0-9])){0,10}", fullmatch=True)


class ReadContract:
    def test_5000_bars_come_back_as_5000(self, filled: Filled):
        bars = varied(5000)
        pd.testing.assert_frame_equal(filled(Batch("NVDA", {"1d": bars})).read("NVDA", "1d"), bars)

    def test_the_two_intervals_are_apart(self, filled: Filled):
        store = filled(Batch("NVDA", {"1d": observed(3), "30m": observed(5, interval="30m")}))
        assert [len(store.read("NVDA", interval)) for interval in ("1d", "30m")] == [3, 5]

    def test_a_range_holds_its_start_and_not_its_end(self, filled: Filled):
        bars = observed(10)
        store = filled(Batch("NVDA", {"1d": bars}))
        read = store.read("NVDA", "1d", start=bars.index[2].to_pydatetime(), end=bars.index[5].to_pydatetime())
        assert list(read.index) == list(bars.index[2:5])

    def test_a_range_without_bars_is_empty(self, filled: Filled):
        store = filled(Batch("NVDA", {"1d": observed(10)}))
        assert check_observed(store.read("NVDA", "1d", start=NOW, end=NOW - timedelta(days=1))).empty

    @pytest.mark.parametrize("count", [0, 1, 4, 99])
    def test_last_gives_the_newest_bars_in_order(self, filled: Filled, count):
        bars = varied(10)
        store = filled(Batch("NVDA", {"1d": bars}))
        pd.testing.assert_frame_equal(store.read("NVDA", "1d", last=count), bars.iloc[max(0, 10 - count) :])

    def test_last_stays_inside_the_range(self, filled: Filled):
        bars = observed(10)
        read = filled(Batch("NVDA", {"1d": bars})).read("NVDA", "1d", end=bars.index[5].to_pydatetime(), last=2)
        assert list(read.index) == list(bars.index[3:5])

    def test_an_unknown_symbol_has_nothing(self, filled: Filled):
        store = filled()
        pd.testing.assert_frame_equal(store.read("NVDA", "1d"), empty_observed())
        assert (store.actions("NVDA"), store.coverage("NVDA", "1d"), store.facts("NVDA")) == ((), None, None)

    def test_an_empty_store_lists_nothing(self, filled: Filled):
        store = filled()
        assert (store.symbols(), store.events(), store.runs(), store.state("note")) == ((), (), (), None)
        assert store.states("") == {}

    def test_symbols_with_bars_are_listed_in_order(self, filled: Filled):
        batches = [Batch(symbol, {"1d": observed(1)}) for symbol in ("TSM", "^GSPC", "AAPL")]
        assert filled(*batches, Batch("NOBARS", facts=FACTS)).symbols() == ("AAPL", "TSM", "^GSPC")

    def test_a_symbol_with_30_minute_bars_alone_is_listed(self, filled: Filled):
        store = filled(Batch("NVDA", {"30m": observed(5, interval="30m")}, actions=[dividend(1.0)]))
        assert (store.symbols(), store.actions("NVDA")) == (("NVDA",), (dividend(1.0),))
        assert store.read("NVDA", "1d").empty

    def test_every_version_of_an_action_is_kept(self, filled: Filled):
        day = date(2024, 6, 10)
        announced = Action(day, "split", NOW - timedelta(days=9), 4.0)
        corrected = Action(day, "split", NOW, 10.0)
        actions = [corrected, dividend(0.04), announced]
        store = filled(Batch("NVDA", {"1d": observed(1)}, actions=actions))
        assert store.actions("NVDA") == tuple(sorted(actions))

    def test_coverage_tells_what_is_stored(self, filled: Filled):
        bars = observed(4)
        bars.loc[bars.index[1], "fetched_at"] += timedelta(hours=1)
        covered = filled(Batch("NVDA", {"1d": bars})).coverage("NVDA", "1d")
        assert covered == Coverage(bars.index[0], bars.index[-1], 4, NOW + timedelta(hours=1))

    def test_facts_come_back(self, filled: Filled):
        assert filled(Batch("NVDA", {"1d": observed(1)}, facts=FACTS)).facts("NVDA") == FACTS

    def test_events_come_back_newest_first(self, filled: Filled):
        later = Event(NOW + timedelta(days=1), "TSM", None, "rebased", "ratio 10")
        store = filled(Batch("NVDA", {"1d": observed(1)}, events=[EVENT, later]))
        assert (store.events(), store.events("NVDA"), store.events(last=1)) == ((later, EVENT), (EVENT,), (later,))

    def test_runs_come_back_newest_first(self, filled: Filled):
        later = Run(RUN.finished_at, RUN.finished_at + timedelta(hours=1), "app", Written(), {})
        store = filled(runs=[RUN, later])
        assert (store.runs(), store.runs(last=1)) == ((later, RUN), (later,))

    def test_a_state_comes_back(self, filled: Filled):
        assert filled(state={"note": '["NVDA", "é"]'}).state("note") == '["NVDA", "é"]'

    def test_states_of_a_prefix_come_back_by_key(self, filled: Filled):
        store = filled(state={"watch:NVDA": "2", "watch:^GSPC": "1", "watch": "", "template:é%_*": "{}", "watc": "-"})
        assert list(store.states("watch:").items()) == [("watch:NVDA", "2"), ("watch:^GSPC", "1")]
        assert (store.states("template:é%"), len(store.states("")), store.states("none:")) == (
            {"template:é%_*": "{}"},
            5,
            {},
        )

    def test_stamps_differ_between_symbols_only_if_stored(self, filled: Filled):
        store = filled(Batch("NVDA", {"1d": observed(1)}))
        assert store.stamp("NVDA") == store.stamp("NVDA") != store.stamp("TSM")

    def test_a_whole_store_has_no_notices(self, filled: Filled):
        store = filled(Batch("NVDA", {"1d": observed(1)}))
        store.read("NVDA", "1d")
        assert store.notices == ()

    @settings(suppress_health_check=SHARED, max_examples=25)
    @given(symbol=symbols)
    def test_symbols_of_any_kind_are_kept_apart(self, filled: Filled, symbol):
        closes = {name: 1.0 + crc32(name.encode()) for name in (symbol, f"{symbol}0")}
        store = filled(*(Batch(name, {"1d": observed(2, close=close)}) for name, close in closes.items()))
        assert {name: set(store.read(name, "1d")["close"]) for name in closes} == {n: {c} for n, c in closes.items()}
        assert closes.keys() <= set(store.symbols())

    @pytest.mark.parametrize("symbol", ["../../etc/passwd", "<script>", "A" * 500, "a/b", "", "CON", "'; drop table x"])
    def test_a_hostile_symbol_has_nothing(self, filled: Filled, symbol):
        store = filled(Batch("NVDA", {"1d": observed(1)}))
        assert store.read(symbol, "1d").empty
        assert (store.actions(symbol), store.coverage(symbol, "1d"), bool(store.stamp(symbol))) == ((), None, True)
