"""The contract of stores kept by Supabase's own small server, over PGlite and over PostgreSQL."""

from collections.abc import Iterator

import pytest

from stockdash.stores import Store
from stockdash.stores.supabase import SupabaseStore
from tests.peers.supabase import Project
from tests.stores.contract import StoreContract
from tests.stores.read_contract import Filled
from tests.stores.samples import TTL, fill, hold


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
