"""The contract of stores kept by Supabase's own small server, over PGlite and over PostgreSQL."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import psycopg
import pytest

from stockdash.errors import InvalidBarsError
from stockdash.stores import Batch, Event, Run, Store, Written
from stockdash.stores.supabase import SupabaseStore
from tests.peers.supabase import Project
from tests.stores.contract import StoreContract
from tests.stores.read_contract import Filled
from tests.stores.samples import NOW, RUN, TTL, dividend, fill, hold, observed


class PassingTime:
    """The database's clock can't be moved, so the leases are moved back instead."""

    def __init__(self, store: SupabaseStore) -> None:
        self._store = store

    def advance(self, seconds: float) -> None:
        self._store._api.ask("test_let_pass", p_seconds=seconds)


class SupabaseContract(StoreContract):
    @pytest.fixture
    def store(self, project: Project) -> Iterator[SupabaseStore]:
        store = SupabaseStore(project.url, project.keys.secret)
        store._api.ask("test_reset")
        yield store
        store.close()

    @pytest.fixture
    def clock(self, store: SupabaseStore) -> PassingTime:
        return PassingTime(store)

    @pytest.fixture
    def opened_again(self, project: Project) -> Iterator[SupabaseStore]:
        again = SupabaseStore(project.url, project.keys.secret)
        yield again
        again.close()

    @pytest.fixture
    def filled(self, store: Store) -> Filled:
        return lambda *batches, **rest: fill(store, *batches, **rest)

    def test_a_renewed_lease_lasts_longer(self, store: Store, clock: PassingTime):
        lease = hold(store)
        clock.advance(TTL - 1)
        renewed = store.renew(lease, TTL)
        assert store.lease("ingest") == renewed
        clock.advance(TTL - 1)
        assert store.lease("ingest").token == renewed.token == lease.token


class TestOverPglite(SupabaseContract):
    @pytest.fixture
    def project(self, pglite_project: Project) -> Project:
        return pglite_project


class TestOverPostgres(SupabaseContract):
    @pytest.fixture
    def project(self, postgres_project: Project) -> Project:
        return postgres_project

    def test_nothing_is_cut_at_1000_rows(self, store: SupabaseStore):
        names = [f"S{number:04}" for number in range(1_200)]
        events = [Event(NOW, "S0000", None, "restated", name) for name in names]
        batches = [Batch(name, {"1d": observed(1)}) for name in names]
        actions = [dividend(1.0, first_seen=NOW + timedelta(seconds=number)) for number in range(1_200)]
        told = [*batches, Batch("S0000", {"30m": observed(2_000, interval="30m")}, actions, events)]
        fill(store, *told, state={name: name for name in names[:3]})
        assert [len(part) for part in (store.symbols(), store.events(last=5_000), store.actions("S0000"))] == [
            1_200
        ] * 3
        assert (len(store.read("S0000", "30m")), len(store.coverages())) == (2_000, 1_201)

    def test_a_daily_bar_that_is_no_day_is_refused(self, store: SupabaseStore):
        with pytest.raises(InvalidBarsError, match="expected midnight UTC"):
            store.write(Batch("NVDA", {"1d": observed(3, interval="30m")}), hold(store))

    def test_a_run_that_is_told_twice_is_one_run(self, store: SupabaseStore):
        store.record_run(RUN)
        store.record_run(RUN)
        assert store.runs() == (RUN,)

    def test_texts_of_any_kind_survive(self, store: SupabaseStore):
        texts = {'quote"d': 'a "b" {c, d} \\ e', "line": "one\ntwo", "null": "null", "empty": "", "é🦊": "✓"}
        store.write(Batch("NVDA", states=texts), hold(store))
        assert store.states("") == texts

    def test_how_the_last_run_ended_stands_in_app_state(self, store: SupabaseStore, postgres_project: Project):
        store.record_run(Run(NOW, NOW, "worker", Written(), {}))
        store.record_run(RUN)
        with psycopg.connect(postgres_project.server.url(postgres_project.database)) as connection:
            row = connection.execute(
                "select last_success_utc, last_error from app_state where key = 'ingest'"
            ).fetchone()
        assert row == (NOW, "XYZ: unknown")

    def test_times_of_a_half_hour_are_new_yorks_too(self, store: SupabaseStore, postgres_project: Project):
        start = datetime(2024, 7, 1, 13, 30, tzinfo=UTC)
        store.write(Batch("NVDA", {"30m": observed(1, interval="30m", start=start)}), hold(store))
        with psycopg.connect(postgres_project.server.url(postgres_project.database)) as connection:
            row = connection.execute("select ny_date, ny_time::text from price_bars_30m").fetchone()
        assert row == (date(2024, 7, 1), "09:30:00")
