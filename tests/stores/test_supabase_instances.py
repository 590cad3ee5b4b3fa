"""Several instances on one Supabase over a real PostgreSQL, which is restarted in the middle of a day."""

from collections.abc import Callable
from functools import partial

import pytest

from stockdash.errors import StoreUnavailableError
from stockdash.stores.supabase import SupabaseStore
from tests.ingest import instances
from tests.ingest.many_instances import ManyInstances, until
from tests.peers.postgres import Postgres
from tests.peers.supabase import Project


class TestManyInstancesOnSupabase(ManyInstances):
    @pytest.fixture(autouse=True)
    def server(self, postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
        self.postgres = postgres
        # Supabase Lite is one process, and 2,000 symbols are 20,000 requests.
        monkeypatch.setattr(instances, "PATIENCE", 1_200.0)

    @pytest.fixture
    def opening(self, postgres_project: Project) -> Callable[[], SupabaseStore]:
        opening = partial(SupabaseStore, postgres_project.url, postgres_project.keys.secret)
        store = opening()
        store._api.ask("test_reset")
        store.close()
        self.open = opening
        return opening

    def restart(self) -> None:
        self.postgres.restart()
        until(lambda: answers(self.open), "the database has started again")


def answers(opening: Callable[[], SupabaseStore]) -> bool:
    try:
        opening().close()
    except StoreUnavailableError:
        return False
    return True
