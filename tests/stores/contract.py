"""What every store must keep. A store's tests are a subclass plus the fixtures that open it.

`ReadContract` asks a `filled` fixture (batches in, a store that holds them out); `StoreContract` also a `store`
fixture (empty, writable, on the `clock` fixture) and `opened_again` (the same store, opened a second time).
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from zlib import crc32

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from stockdash.bars import Action, check_observed, empty_observed
from stockdash.errors import InvalidBarsError, LeaseLostError
from stockdash.stores import Batch, Coverage, Event, Lease, ReadStore, Run, Store, Written, steady
from stockdash.symbols import Facts
from tests.stores.samples import NOW, Clock, dividend, numbers_seen, observed, whole_write

TTL = 120.0
# Examples may share a store, and subclasses a test: what a symbol is given depends on the symbol alone.
SHARED = [HealthCheck.function_scoped_fixture, HealthCheck.differing_executors]
FACTS = Facts(name="NVIDIA", currency="USD", shares_outstanding=24_600_000_000)
EVENT = Event(NOW, "NVDA", "1d", "restated", "3 bars")
RUN = Run(NOW, NOW + timedelta(seconds=5), "worker", Written(3, 2, 1), {"XYZ": "unknown"})

Filled = Callable[..., ReadStore]

symbols = st.from_regex(r"\^?[A-Z0-9](?:[A-Z0-9&=_]|[.\-](?=[A-Z0-9])){0,10}", fullmatch=True)


def hold(store: Store) -> Lease:
    lease = store.acquire("ingest", "tester", TTL)
    assert lease is not None
    return lease


def fill(store: Store, *batches: Batch, state: Mapping[str, str] | None = None, runs: Sequence[Run] = ()) -> Store:
    store.write_all(batches, store.lease("ingest") or hold(store))
    for key, value in (state or {}).items():
        store.set_state(key, value)
    for run in runs:
        store.record_run(run)
    return store


def varied(count: int) -> pd.DataFrame:
    """Give bars that differ, with values that only survive exact storage."""
    bars = observed(count)
    bars["close"] += [0.1 * (at % 7) for at in range(count)]
    bars["high"] = bars["close"] + 1 / 3
    bars["volume"] = [2**53 + at for at in range(count)]
    bars["final"] = [at != count - 1 for at in range(count)]
    return bars


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
        assert (store.symbols(), store.events(), store.runs(), store.state("watchlist")) == ((), (), (), None)

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

    def test_the_watchlist_comes_back(self, filled: Filled):
        assert filled(state={"watchlist": '["NVDA", "é"]'}).state("watchlist") == '["NVDA", "é"]'

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


class StoreContract(ReadContract):
    def test_a_write_tells_what_it_did(self, store: Store):
        lease, bars = hold(store), observed(5)
        store.write(Batch("NVDA", {"1d": bars.iloc[:3]}), lease)
        bars.loc[bars.index[0], "close"] = 10.0 - 1e-12
        assert store.write(Batch("NVDA", {"1d": bars}), lease) == Written(2, 1, 2)

    def test_writing_twice_changes_nothing_and_says_so(self, store: Store):
        lease, batch = hold(store), Batch("NVDA", {"1d": varied(5)}, [dividend(1.0)], [EVENT], FACTS)
        store.write(batch, lease)
        before = store.stamp("NVDA")
        assert store.write(batch, lease) == Written(unchanged=5)
        assert (store.stamp("NVDA"), store.events(), store.coverage("NVDA", "1d").count) == (before, (EVENT,), 5)

    @pytest.mark.parametrize(
        "batch",
        [
            Batch("NVDA", {"1d": observed(6)}),
            Batch("NVDA", {"1d": observed(1, close=11.0)}),
            Batch("NVDA", {"1d": observed(1).assign(final=False)}),
            Batch("NVDA", {"30m": observed(1, interval="30m")}),
            Batch("NVDA", actions=[dividend(2.0)]),
            Batch("NVDA", actions=[dividend(1.0, first_seen=NOW + timedelta(1))]),
            Batch("NVDA", facts=FACTS),
            Batch("NVDA", events=[EVENT]),
        ],
        ids=["bars", "close", "final", "30m", "corrected action", "version", "facts", "event"],
    )
    def test_the_stamp_changes_with_anything_that_changes(self, store: Store, batch):
        lease = hold(store)
        store.write_all([Batch(symbol, {"1d": observed(5)}, [dividend(1.0)]) for symbol in ("NVDA", "TSM")], lease)
        before, other = store.stamp("NVDA"), store.stamp("TSM")
        store.write(batch, lease)
        assert store.stamp("NVDA") != before
        assert store.stamp("TSM") == other

    def test_coverage_grows_on_both_sides(self, store: Store):
        lease, bars = hold(store), observed(9)
        for part in (bars.iloc[3:6], bars.iloc[:4], bars.iloc[5:], bars):
            store.write(Batch("NVDA", {"1d": part}), lease)
        assert store.coverage("NVDA", "1d") == Coverage(bars.index[0], bars.index[-1], 9, NOW)

    def test_a_batch_without_rows_is_nothing(self, store: Store):
        before = store.stamp("NVDA")
        assert store.write(Batch("NVDA", {"1d": empty_observed()}), hold(store)) == Written()
        assert (store.stamp("NVDA"), store.symbols()) == (before, ())

    def test_many_batches_are_written_at_once(self, store: Store):
        batches = [Batch(f"S{at}", {"1d": observed(at), "30m": observed(1, interval="30m")}) for at in range(4)]
        assert store.write_all(batches, hold(store)) == Written(inserted=10)
        assert [len(store.read(f"S{at}", "1d")) for at in range(4)] == [0, 1, 2, 3]

    @pytest.mark.parametrize(
        "broken",
        [
            observed(2)[::-1],
            observed(2).assign(close=float("nan")),
            observed(2).assign(volume=1.5),
            observed(2).drop(columns="final"),
            observed(2).rename_axis("time"),
            observed(2).tz_localize(None),
        ],
        ids=["unsorted", "nan", "float volume", "column missing", "index name", "naive"],
    )
    @pytest.mark.parametrize("others", [0, 3])
    def test_a_broken_frame_stores_nothing(self, store: Store, broken, others):
        lease, batches = hold(store), [Batch(f"S{at}", {"1d": observed(2)}) for at in range(others)]
        with pytest.raises(InvalidBarsError):
            store.write_all([*batches, Batch("NVDA", {"1d": broken})], lease)
        assert store.symbols() == ()

    def test_one_of_64_callers_gets_the_lease(self, store: Store, opened_again: Store):
        start = threading.Barrier(64)

        def call(at: int) -> Lease | None:
            start.wait()
            return (store, opened_again)[at % 2].acquire("ingest", f"caller {at}", TTL)

        with ThreadPoolExecutor(64) as callers:
            leases = [lease for lease in callers.map(call, range(64)) if lease]
        assert leases == [store.lease("ingest")]

    def test_a_held_lease_is_not_given_to_its_own_holder(self, store: Store):
        hold(store)
        assert store.acquire("ingest", "tester", TTL) is None

    def test_leases_of_other_names_are_free(self, store: Store):
        hold(store)
        assert store.acquire("snapshots", "tester", TTL)

    def test_an_expired_lease_can_be_taken_and_the_token_grows(self, store: Store, clock: Clock):
        lease = hold(store)
        clock.advance(TTL)
        assert store.lease("ingest") is None
        assert store.acquire("ingest", "other", TTL).token > lease.token

    def test_the_token_grows_after_a_release(self, store: Store):
        lease = hold(store)
        store.release(lease)
        assert store.lease("ingest") is None
        assert hold(store).token > lease.token

    def test_a_renewed_lease_lasts_longer(self, store: Store, clock: Clock):
        lease = hold(store)
        clock.advance(TTL - 1)
        renewed = store.renew(lease, TTL)
        clock.advance(TTL - 1)
        assert store.lease("ingest") == renewed
        assert renewed.token == lease.token

    def test_a_lost_lease_is_neither_renewed_nor_released(self, store: Store, clock: Clock):
        lost = hold(store)
        clock.advance(TTL)
        taken = store.acquire("ingest", "other", TTL)
        store.release(lost)
        assert store.renew(lost, TTL) is None
        assert store.lease("ingest") == taken

    @pytest.mark.parametrize("taken", [True, False], ids=["taken over", "expired"])
    def test_a_stale_token_stores_nothing(self, store: Store, clock: Clock, taken):
        stale = hold(store)
        clock.advance(TTL)
        if taken:
            store.acquire("ingest", "tester", TTL)
        before = store.stamp("NVDA")
        with pytest.raises(LeaseLostError, match="ingest"):
            store.write(Batch("NVDA", {"1d": observed(3)}, [dividend(1.0)], [EVENT], FACTS), stale)
        assert (store.symbols(), store.actions("NVDA"), store.events(), store.facts("NVDA")) == ((), (), (), None)
        assert store.stamp("NVDA") == before

    def test_a_renewed_lease_still_writes_with_its_first_form(self, store: Store, clock: Clock):
        lease = hold(store)
        store.renew(lease, 2 * TTL)
        clock.advance(TTL + 1)
        assert store.write(Batch("NVDA", {"1d": observed(1)}), lease).inserted == 1

    def test_a_reader_never_sees_half_a_write(self, store: Store, opened_again: Store):
        lease = hold(store)
        store.write(whole_write(1), lease)
        done = threading.Event()

        def look() -> list[set[float]]:
            seen = []
            while not done.is_set():
                seen.append(steady(opened_again, "NVDA", lambda: numbers_seen(opened_again)))
            return seen

        with ThreadPoolExecutor(1) as reader:
            seen = reader.submit(look)
            for number in range(2, 12):
                store.write(whole_write(number), lease)
            done.set()
        assert {len(numbers) for numbers in seen.result()} == {1}

    def test_any_thread_may_read(self, store: Store):
        store.write(whole_write(1), hold(store))
        start = threading.Barrier(16)

        def look(_: int) -> set[float]:
            start.wait()
            return numbers_seen(store)

        with ThreadPoolExecutor(16) as readers:
            assert list(readers.map(look, range(16))) == [{1.0}] * 16

    def test_what_one_opening_writes_the_other_reads(self, store: Store, opened_again: Store):
        store.write(Batch("NVDA", {"1d": observed(3)}), hold(store))
        store.set_state("watchlist", "[]")
        assert (len(opened_again.read("NVDA", "1d")), opened_again.state("watchlist")) == (3, "[]")
        assert opened_again.stamp("NVDA") == store.stamp("NVDA")

    def test_state_is_replaced(self, store: Store):
        store.set_state("watchlist", "old")
        store.set_state("watchlist", "new")
        assert store.state("watchlist") == "new"

    def test_facts_are_replaced_and_none_leaves_them(self, store: Store):
        lease = hold(store)
        for facts in (Facts(name="Nvidia"), FACTS, None):
            store.write(Batch("NVDA", facts=facts), lease)
        assert store.facts("NVDA") == FACTS
