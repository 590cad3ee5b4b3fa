"""Nobody is let in but the secret key, unless a project opens reading on purpose."""

from collections.abc import Iterator

import httpx
import psycopg
import pytest

from stockdash.errors import ReadOnlyStoreError, StoreRightsError
from stockdash.stores import Batch, ReadStore, writable
from stockdash.stores.supabase import SupabaseReadStore, SupabaseStore
from stockdash.stores.supabase.expected import FUNCTIONS, TABLES
from tests.peers.postgres import Postgres
from tests.peers.supabase import FILES, RESET, NewProject, Project
from tests.peers.supabase_lite import SQL
from tests.stores.read_contract import Filled, ReadContract
from tests.stores.samples import EVENT, FACTS, RUN, dividend, fill, observed

STRANGERS = ("public", "anon", "authenticated")
VERBS = ("select", "insert", "update", "delete", "truncate", "references", "trigger")


@pytest.fixture(scope="module", params=["pglite_project", "postgres_project"])
def project(request: pytest.FixtureRequest) -> Project:
    project = request.getfixturevalue(request.param)
    store = SupabaseStore(project.url, project.keys.secret)
    store._api.ask("test_reset")
    batch = Batch("NVDA", {"1d": observed(3), "30m": observed(3, interval="30m")}, [dividend(1.0)], [EVENT], FACTS)
    fill(store, batch, state={"watch:NVDA": "now"}, runs=[RUN])
    store.close()
    return project


@pytest.fixture
def stranger(project: Project) -> Iterator[httpx.Client]:
    """Somebody with the key that every browser may hold."""
    headers = {"apikey": project.keys.publishable}
    with httpx.Client(base_url=f"{project.url}/rest/v1", headers=headers) as client:
        yield client


@pytest.mark.parametrize("table", TABLES)
def test_a_stranger_reads_no_row(stranger: httpx.Client, table):
    answer = stranger.get(f"/{table}?select=*")
    assert answer.status_code in {401, 403} or answer.json() == []


@pytest.mark.parametrize("table", TABLES)
def test_a_stranger_writes_no_row(stranger: httpx.Client, project: Project, table):
    key, name = {"apikey": project.keys.secret}, TABLES[table].columns[1]
    before = stranger.get(f"/{table}?select=*", headers=key).json()
    assert before or table == "stockdash_schema"
    stranger.post(f"/{table}", json={name: None})
    stranger.patch(f"/{table}?{name}=not.is.null", json={name: None})
    stranger.delete(f"/{table}?{name}=not.is.null")
    assert stranger.get(f"/{table}?select=*", headers=key).json() == before


@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_stranger_calls_no_function(stranger: httpx.Client, function):
    answer = stranger.post(f"/rpc/{function}", json=dict.fromkeys(FUNCTIONS[function].parameters))
    assert (answer.status_code, answer.json()["code"]) == (401, "42501")


def test_a_stranger_opens_no_store(project: Project):
    with pytest.raises(StoreRightsError, match="stockdash db check"):
        SupabaseReadStore(project.url, project.keys.publishable)


def test_a_request_without_a_key_is_refused(project: Project):
    answer = httpx.get(f"{project.url}/rest/v1/price_bars_1d?select=*")
    assert answer.status_code == 401 or answer.json() == []


@pytest.fixture(scope="module")
def untouched(postgres: Postgres) -> str:
    """A database as the files leave it: Lite grants rights of its own."""
    postgres.new_database("untouched")
    postgres.apply(*FILES, *FILES, database="untouched")
    return postgres.url("untouched")


class TestWhatTheDatabaseSays:
    @pytest.fixture
    def connection(self, untouched: str) -> Iterator[psycopg.Connection]:
        with psycopg.connect(untouched) as connection:
            yield connection

    @pytest.mark.parametrize("role", STRANGERS)
    @pytest.mark.parametrize("table", TABLES)
    def test_strangers_have_no_right_on_a_table(self, connection: psycopg.Connection, table, role):
        rows = connection.execute(
            "select verb from unnest(%s::text[]) as verb where has_table_privilege(%s, %s, verb)",
            (list(VERBS), role, f"public.{table}"),
        )
        assert rows.fetchall() == []

    @pytest.mark.parametrize("role", STRANGERS)
    def test_strangers_may_execute_none_of_our_functions(self, connection: psycopg.Connection, role):
        rows = connection.execute(
            "select proname from pg_proc where pronamespace = 'public'::regnamespace"
            " and has_function_privilege(%s, oid, 'execute')",
            (role,),
        )
        assert rows.fetchall() == []

    def test_every_table_is_closed_and_has_no_policies(self, connection: psycopg.Connection):
        rows = connection.execute(
            "select relname, relrowsecurity, (select count(*) from pg_policy where polrelid = pg_class.oid)"
            " from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
        )
        assert set(rows) == {(table, True, 0) for table in TABLES}

    def test_every_function_runs_with_its_callers_rights_and_no_search_path(self, connection: psycopg.Connection):
        rows = connection.execute(
            "select distinct prosecdef, proconfig from pg_proc"
            " where pronamespace = 'public'::regnamespace and proname = any(%s)",
            (list(FUNCTIONS),),
        )
        assert rows.fetchall() == [(False, ['search_path=""'])]

    def test_what_is_expected_is_all_that_there_is(self, connection: psycopg.Connection):
        told = connection.execute("select read_schema(%s, %s)", (list(TABLES), list(FUNCTIONS))).fetchone()[0]
        assert {name: tuple(seen["columns"]) for name, seen in told["tables"].items()} == {
            name: table.columns for name, table in TABLES.items()
        }
        assert {seen["name"]: tuple(seen["parameters"]) for seen in told["functions"]} == {
            name: function.parameters for name, function in FUNCTIONS.items()
        }
        assert {
            name: sorted(right.split()[1] for right in seen["rights"]) for name, seen in told["tables"].items()
        } == {name: sorted(table.rights) for name, table in TABLES.items()}


@pytest.fixture(scope="module")
def opened(new_project: NewProject) -> Project:
    return new_project("opened", *FILES, RESET, SQL / "optional" / "read_policy.sql")


class TestAProjectThatOpensReading(ReadContract):
    @pytest.fixture
    def writer(self, opened: Project) -> Iterator[SupabaseStore]:
        store = SupabaseStore(opened.url, opened.keys.secret)
        store._api.ask("test_reset")
        yield store
        store.close()

    @pytest.fixture
    def reader(self, opened: Project, writer: SupabaseStore) -> Iterator[ReadStore]:
        fill(writer)
        store = SupabaseReadStore(opened.url, opened.keys.publishable)
        yield store
        store.close()

    @pytest.fixture
    def filled(self, writer: SupabaseStore, reader: ReadStore) -> Filled:
        def filled(*batches, **rest):
            fill(writer, *batches, **rest)
            return reader

        return filled

    def test_it_is_no_store_to_write(self, reader: ReadStore):
        with pytest.raises(ReadOnlyStoreError, match="SUPABASE_SERVICE_ROLE_KEY"):
            writable(reader)

    @pytest.mark.parametrize(
        "function", [name for name, function in FUNCTIONS.items() if not function.is_open_to_readers]
    )
    def test_nothing_but_reading_is_open(self, opened: Project, function):
        answer = httpx.post(
            f"{opened.url}/rest/v1/rpc/{function}",
            json=dict.fromkeys(FUNCTIONS[function].parameters),
            headers={"apikey": opened.keys.publishable},
        )
        assert answer.json()["code"] == "42501"

    @pytest.mark.parametrize("table", TABLES)
    def test_no_row_can_be_written(self, opened: Project, table):
        with httpx.Client(base_url=opened.url, headers={"apikey": opened.keys.publishable}) as client:
            name = TABLES[table].columns[1]
            answers = [
                client.post(f"/rest/v1/{table}", json={name: None}),
                client.patch(f"/rest/v1/{table}?{name}=not.is.null", json={name: None}),
                client.delete(f"/rest/v1/{table}?{name}=not.is.null"),
            ]
        assert {answer.json()["code"] for answer in answers} == {"42501"}

    def test_leases_stay_out_of_sight(self, opened: Project):
        answer = httpx.get(
            f"{opened.url}/rest/v1/distributed_locks?select=*", headers={"apikey": opened.keys.publishable}
        )
        assert answer.json()["code"] == "42501"
