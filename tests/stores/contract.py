"""What every store must keep that can be written. A store's tests are a subclass plus the fixtures that open it:
`store` (empty, on the `clock` fixture), `opened_again` (the same one, opened a second time) and `filled`.
"""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from stockdash.bars import empty_observed
from stockdash.errors import InvalidBarsError, LeaseLostError
from stockdash.stores import Batch, Coverage, Lease, Store, Written, steady
from stockdash.symbols import Facts
from tests.stores.read_contract import ReadContract
from tests.stores.samples import (
    EVENT,
    FACTS,
    NOW,
    TTL,
    Clock,
    dividend,
    hold,
    numbers_seen,
    observed,
    varied,
    whole_write,
)


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

    def test_many_batches_are_counted_together(self, store: Store):
        lease, bars = hold(store), observed(3)
        store.write_all([Batch("NVDA", {"1d": bars}), Batch("TSM", {"1d": bars})], lease)
        again = [
            Batch("NVDA", {"1d": bars.assign(close=9.0)[1:]}),
            Batch("TSM", {"1d": bars}),
            Batch("AMD", {"1d": bars}),
        ]
        assert store.write_all(again, lease) == Written(inserted=3, updated=2, unchanged=3)

    def test_of_many_batches_each_changes_the_stamp_of_its_own_symbol(self, store: Store):
        lease, batches = hold(store), [Batch(symbol, {"1d": observed(3)}) for symbol in ("NVDA", "TSM", "AMD")]
        store.write_all(batches, lease)
        before = [store.stamp(batch.symbol) for batch in batches]
        store.write_all([batches[0], Batch("TSM", {"1d": observed(4)}), batches[2]], lease)
        after = [store.stamp(batch.symbol) for batch in batches]
        assert [old != new for old, new in zip(before, after, strict=True)] == [False, True, False]

    def test_of_many_batches_each_grows_its_own_coverage(self, store: Store):
        lease, bars = hold(store), observed(9)
        for parts in ((bars[3:6], bars[:2]), (bars[4:7], bars[:5])):
            store.write_all([Batch(s, {"1d": part}) for s, part in zip(("NVDA", "TSM"), parts, strict=True)], lease)
        assert [store.coverage(symbol, "1d").count for symbol in ("NVDA", "TSM")] == [4, 5]

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
            store.write(Batch("NVDA", {"1d": observed(3)}, [dividend(1.0)], [EVENT], FACTS, {"note": "text"}), stale)
        assert (store.symbols(), store.actions("NVDA"), store.events(), store.facts("NVDA")) == ((), (), (), None)
        assert (store.stamp("NVDA"), store.state("note")) == (before, None)

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
        store.set_state("note", "[]")
        assert (len(opened_again.read("NVDA", "1d")), opened_again.state("note")) == (3, "[]")
        assert opened_again.stamp("NVDA") == store.stamp("NVDA")

    def test_state_is_replaced(self, store: Store):
        store.set_state("note", "old")
        store.set_state("note", "new")
        assert store.state("note") == "new"

    def test_none_forgets_a_state(self, store: Store):
        for key in ("note:a", "note:b", "never there"):
            store.set_state(key, None if key == "never there" else "text")
        store.set_state("note:a", None)
        assert (store.state("note:a"), dict(store.states("note:"))) == (None, {"note:b": "text"})

    def test_two_who_add_at_once_lose_nothing(self, store: Store, opened_again: Store):
        keys = [f"watch:S{at:02}" for at in range(32)]
        with ThreadPoolExecutor(8) as people:
            list(people.map(lambda at: (store, opened_again)[at % 2].set_state(keys[at], "now"), range(32)))
        assert list(store.states("watch:")) == keys

    def test_a_batch_brings_its_states_and_they_change_no_stamp(self, store: Store):
        lease = hold(store)
        store.write(Batch("NVDA", {"1d": observed(3)}, states={"anchor:NVDA": "1"}), lease)
        before = store.stamp("NVDA")
        store.write(Batch("NVDA", {"1d": observed(3)}, states={"anchor:NVDA": "2", "looked:NVDA": "now"}), lease)
        assert (store.state("anchor:NVDA"), store.state("looked:NVDA"), store.stamp("NVDA")) == ("2", "now", before)

    def test_every_held_lease_is_listed(self, store: Store, clock: Clock):
        leases = {name: store.acquire(name, "tester", TTL) for name in ("other", "ingest:2/8", "ingest", "ingest:1/8")}
        store.release(leases["ingest"])
        assert store.leases("ingest") == (leases["ingest:1/8"], leases["ingest:2/8"])
        clock.advance(TTL)
        assert store.leases("") == ()

    def test_facts_are_replaced_and_none_leaves_them(self, store: Store):
        lease = hold(store)
        for facts in (Facts(name="Nvidia"), FACTS, None):
            store.write(Batch("NVDA", facts=facts), lease)
        assert store.facts("NVDA") == FACTS
