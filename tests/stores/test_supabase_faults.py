"""What can go wrong between a process and its Supabase: each is named, and nothing is lost or done twice."""

import logging
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest

from stockdash.errors import (
    LeaseLostError,
    StoreDamagedError,
    StoreError,
    StoreKeyError,
    StoreRightsError,
    StoreSchemaError,
    StoreTimeoutError,
    StoreTooNewError,
    StoreUnavailableError,
)
from stockdash.ingest.lease import held_lease
from stockdash.sources import utc_now
from stockdash.stores import Batch, Written
from stockdash.stores.supabase import SupabaseStore
from tests.peers.cutting import Wire, wire
from tests.peers.postgres import Postgres
from tests.peers.supabase import FILES, RESET, NewProject, Project
from tests.peers.supabase_lite import free_port, new_keys
from tests.stores.samples import TTL, hold, numbers_seen, observed, whole_write
from tests.stores.supabase_contenders import winners

log = logging.getLogger(__name__)


@pytest.fixture
def store(postgres_project: Project) -> Iterator[SupabaseStore]:
    store = SupabaseStore(postgres_project.url, postgres_project.keys.secret)
    store._api.ask("test_reset")
    yield store
    store.close()


@pytest.fixture
def cable(postgres_project: Project) -> Iterator[Wire]:
    with wire(postgres_project.url) as cable:
        yield cable


@pytest.fixture
def distant(cable: Wire, store: SupabaseStore, postgres_project: Project) -> Iterator[SupabaseStore]:  # noqa: ARG001
    distant = SupabaseStore(cable.url, postgres_project.keys.secret)
    cable.requests = 0
    yield distant
    distant.close()


@pytest.fixture
def connection(postgres_project: Project) -> Iterator[psycopg.Connection]:
    with psycopg.connect(postgres_project.server.url(postgres_project.database)) as connection:
        yield connection


@pytest.fixture(scope="module")
def brittle(new_project: NewProject) -> Project:
    """A project that may be spoilt, and that gives up a statement after a tenth of a second."""
    return new_project("brittle", *FILES, RESET, settings=("statement_timeout = '100ms'",))


class TestWhatIsNamed:
    @pytest.mark.parametrize("key", ["sb_secret_of_another_project", "garbage", new_keys().publishable])
    def test_a_wrong_key(self, postgres_project: Project, key):
        with pytest.raises(StoreKeyError, match="SUPABASE_SERVICE_ROLE_KEY") as caught:
            SupabaseStore(postgres_project.url, key)
        assert key not in str(caught.value)

    def test_a_key_without_rights(self, postgres_project: Project):
        with pytest.raises(StoreRightsError, match="stockdash db check"):
            SupabaseStore(postgres_project.url, postgres_project.keys.publishable)

    def test_a_server_that_is_not_there(self):
        with pytest.raises(StoreUnavailableError, match="Is SUPABASE_URL right"):
            SupabaseStore(f"http://127.0.0.1:{free_port()}", new_keys().secret)

    def test_an_empty_project(self, new_project: NewProject):
        project = new_project("unmade")
        with pytest.raises(StoreSchemaError, match="stockdash db check"):
            SupabaseStore(project.url, project.keys.secret)

    def test_a_missing_table(self, brittle: Project, postgres: Postgres):
        store = SupabaseStore(brittle.url, brittle.keys.secret)
        postgres.sql("drop table public.corporate_actions", database=brittle.database)
        with pytest.raises(StoreSchemaError, match="stockdash db check"):
            store.actions("NVDA")
        postgres.apply(FILES[0], database=brittle.database)
        assert store.actions("NVDA") == ()
        store.close()

    def test_a_missing_right(self, brittle: Project, postgres: Postgres):
        store = SupabaseStore(brittle.url, brittle.keys.secret)
        postgres.sql("revoke select on public.bar_coverage from service_role", database=brittle.database)
        with pytest.raises(StoreRightsError, match="bar_coverage"):
            store.symbols()
        postgres.apply(FILES[0], database=brittle.database)
        assert store.symbols() == ()
        store.close()

    def test_a_database_that_takes_too_long(self, brittle: Project, postgres: Postgres):
        store = SupabaseStore(brittle.url, brittle.keys.secret)
        with psycopg.connect(postgres.url(brittle.database)) as other:
            other.execute("lock table public.bar_coverage in access exclusive mode")
            with pytest.raises(StoreTimeoutError, match="took too long"):
                store.symbols()
        store.close()

    @pytest.mark.parametrize(
        ("version", "error", "advice"),
        [(2, StoreTooNewError, "pip install -U stockdash"), (0, StoreSchemaError, "stockdash db sql")],
    )
    def test_another_schema(self, brittle: Project, postgres: Postgres, version, error, advice):
        statement = f"update public.stockdash_schema set version = {version}"  # noqa: S608 - a number
        postgres.sql(statement, database=brittle.database)
        with pytest.raises(error, match=advice):
            SupabaseStore(brittle.url, brittle.keys.secret)
        postgres.sql("update public.stockdash_schema set version = 1", database=brittle.database)

    def test_no_schema_version_at_all(self, brittle: Project, postgres: Postgres):
        postgres.sql("delete from public.stockdash_schema", database=brittle.database)
        with pytest.raises(StoreSchemaError, match=r"got None, expected 1.*stockdash db check"):
            SupabaseStore(brittle.url, brittle.keys.secret)
        postgres.apply(FILES[0], database=brittle.database)

    def test_bars_that_can_not_be_right(self, store: SupabaseStore, connection: psycopg.Connection):
        store.write(Batch("NVDA", {"1d": observed(3)}), hold(store))
        connection.execute("update public.price_bars_1d set high = 1, low = 2")
        connection.commit()
        with pytest.raises(StoreDamagedError, match="a high below the low"):
            store.read("NVDA", "1d")

    def test_a_store_that_was_closed(self, store: SupabaseStore):
        store.close()
        with pytest.raises(StoreUnavailableError, match="Open the store again"):
            store.symbols()


class TestABrokenWire:
    @pytest.mark.parametrize(
        ("cuts", "written"),
        [(["before"], Written(inserted=400)), (["after"], Written(unchanged=400)), (["before", "after"], None)],
    )
    def test_a_write_is_sent_again_and_stored_once(self, distant: SupabaseStore, cable: Wire, cuts, written):
        lease = hold(distant)
        cable.cuts[:] = cuts
        assert distant.write(whole_write(1), lease) == (written or Written(unchanged=400))
        assert (numbers_seen(distant), distant.stamp("NVDA")[-2:]) == ({1.0}, "-1")

    def test_a_read_is_asked_again(self, distant: SupabaseStore, cable: Wire):
        cable.cuts[:] = ["before", "after"]
        assert distant.symbols() == ()

    def test_a_lease_is_not_taken_twice(self, distant: SupabaseStore, store: SupabaseStore, cable: Wire):
        cable.cuts[:] = ["after"]
        with pytest.raises(StoreUnavailableError, match="broke off"):
            hold(distant)
        assert (cable.requests, store.lease("ingest").holder) == (1, "tester")

    @pytest.mark.parametrize("cut", ["before", "after"])
    def test_a_lease_is_prolonged_and_given_back_all_the_same(self, distant: SupabaseStore, cable: Wire, cut):
        lease = hold(distant)
        cable.cuts[:] = [cut]
        renewed = distant.renew(lease, TTL)
        cable.cuts[:] = [cut]
        distant.release(renewed)
        assert (renewed.token, distant.lease("ingest")) == (lease.token, None)

    def test_a_wire_that_stays_broken_is_told(self, distant: SupabaseStore, cable: Wire):
        lease = hold(distant)
        cable.cuts[:] = ["before"] * 9
        with pytest.raises(StoreUnavailableError, match="broke off"):
            distant.write(whole_write(1), lease)


class TestTheDatabase:
    @pytest.mark.parametrize("mode", ["immediate", "fast"])
    def test_a_restart_loses_neither_bars_nor_the_lease(self, store: SupabaseStore, postgres: Postgres, mode):
        lease = hold(store)
        store.write(whole_write(1), lease)
        postgres.restart(mode)
        assert numbers_seen(store) == {1.0}
        assert store.write(whole_write(2), lease) == Written(updated=400)

    def test_a_server_that_comes_back_is_waited_for(self, store: SupabaseStore, postgres: Postgres):
        postgres.stop()
        with ThreadPoolExecutor(1) as other:
            asked = other.submit(store.symbols)
            postgres.start()
            assert asked.result() == ()

    @pytest.mark.parametrize("days", [-4000, -1, 1, 4000])
    def test_the_clocks_of_clients_do_not_matter(self, store: SupabaseStore, days):
        with held_lease(store, ttl_seconds=TTL, clock=lambda: utc_now() + timedelta(days=days)) as held:
            assert store.acquire("ingest", "other", TTL) is None
            assert store.write(whole_write(1), held.lease).inserted == 400

    def test_a_takeover_waits_for_the_end_of_the_holders_write(
        self, store: SupabaseStore, connection: psycopg.Connection
    ):
        lease = store.acquire("ingest", "slow", 1)
        connection.execute("select public.check_ingest_lease('ingest', 'slow', %s)", (lease.token,))
        connection.execute("select pg_sleep_until(%s)", (lease.expires_at + timedelta(milliseconds=50),))
        with ThreadPoolExecutor(1) as other:
            taking = other.submit(store.acquire, "ingest", "next", TTL)
            connection.execute(
                "do $$ begin while not exists (select from pg_locks where not granted) loop"
                " perform pg_sleep(0.01); end loop; end $$"
            )
            assert not taking.done()
            connection.commit()
            assert taking.result().token == lease.token + 1
        with pytest.raises(LeaseLostError, match="'ingest'"):
            store.write(whole_write(1), lease)


class TestTheKeyIsNowhere:
    def test_no_log_line_has_it(self, postgres_project: Project, caplog: pytest.LogCaptureFixture):
        caplog.set_level(logging.DEBUG)
        store = SupabaseStore(postgres_project.url, postgres_project.keys.secret)
        store._api.ask("test_reset")
        store.write(whole_write(1), hold(store))
        store.close()
        assert caplog.text
        assert postgres_project.keys.secret not in caplog.text

    def test_no_error_has_it(self, store: SupabaseStore, postgres_project: Project, caplog: pytest.LogCaptureFixture):
        stale = hold(store)
        store.release(stale)
        try:
            store.write(whole_write(1), stale)
        except StoreError:
            log.exception("It failed")
        assert "Traceback" in caplog.text
        assert postgres_project.keys.secret not in caplog.text

    def test_no_address_and_no_name_has_it(self, store: SupabaseStore, postgres_project: Project):
        seen = []
        store._api._http.event_hooks = {"request": [seen.append]}
        store.symbols()
        key = postgres_project.keys.secret
        assert key in str(seen[0].headers.raw)
        assert key not in f"{seen[0].url} {seen[0].content.decode()} {store.name} {store!r} {store._api!r} {seen[0]!r}"

    def test_one_line_a_request_is_not_logged(self, store: SupabaseStore, caplog: pytest.LogCaptureFixture):
        caplog.set_level(logging.INFO)
        store.symbols()
        assert caplog.records == []


def test_threads_share_the_connections(store: SupabaseStore):
    store.write(whole_write(1), hold(store))
    start = threading.Barrier(32)

    def look(_: int) -> int:
        start.wait()
        return sum(len(store.read("NVDA", "1d")) for _ in range(5))

    with ThreadPoolExecutor(32) as readers:
        assert list(readers.map(look, range(32))) == [1500] * 32


def test_of_64_processes_one_gets_the_lease_each_time(store: SupabaseStore, postgres_project: Project):
    handed_out = winners(postgres_project.url, postgres_project.keys.secret, processes=64, rounds=10)
    assert handed_out == [[token] for token in range(1, 11)]
    assert store.lease("contended") is None
