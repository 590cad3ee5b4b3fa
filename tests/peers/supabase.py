"""Supabase for tests in this process: import the fixtures in a conftest to use them."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from tests.peers import postgres as postgresql
from tests.peers import supabase_lite
from tests.peers.postgres import Postgres
from tests.peers.supabase_lite import SQL, Keys, Lite

Start = Callable[..., AbstractContextManager[Lite]]
NewProject = Callable[..., "Project"]

FILES = tuple(sorted(SQL.glob("*.sql")))
RESET = supabase_lite.PACKAGE / "reset.sql"


@dataclass(frozen=True, slots=True)
class Project:
    """A Supabase project with stockdash's tables; `server` and `database` when it is on a PostgreSQL."""

    url: str
    keys: Keys
    log: Path
    server: Postgres | None = None
    database: str = ""

    @property
    def environment(self) -> dict[str, str]:
        """The settings that lead a process here."""
        return {"SUPABASE_URL": self.url, "SUPABASE_SERVICE_ROLE_KEY": self.keys.secret}


@pytest.fixture(scope="session")
def lite() -> Start:
    """Give what runs a Supabase Lite; skip unless it is installed."""
    if lacking := supabase_lite.lacking():
        pytest.skip(lacking)
    return supabase_lite.running


@pytest.fixture(scope="session")
def pglite_project(lite: Start, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project over PGlite, which needs nothing else."""
    folder = tmp_path_factory.mktemp("pglite") / "project"
    with lite(folder, migrations=(*FILES, RESET)) as server:
        yield Project(server.url, server.keys, server.log)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL of the tests' own."""
    if postgresql.programs() is None:
        pytest.skip(f"PostgreSQL is missing. Install it with: {postgresql.INSTALL}")
    # Not pytest's folder, which only its own user may enter; and a socket's path may be 100 letters long.
    folder = Path(tempfile.mkdtemp(prefix="stockdash-"))
    folder.chmod(0o755)
    try:
        with postgresql.running(folder / "pg", "fsync = off", "max_connections = 200") as server:
            yield server
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def new_project(lite: Start, postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewProject]:
    """Give what makes a project over PostgreSQL, with `settings` of its database and the SQL files `files`."""
    with ExitStack() as running:

        def new(name: str, *files: Path, settings: Sequence[str] = ()) -> Project:
            postgres.new_database(name)
            postgres.sql(*(f"alter database {name} set {setting}" for setting in settings))
            postgres.apply(*files, database=name)
            folder = tmp_path_factory.mktemp(name) / "project"
            server = running.enter_context(lite(folder, database=postgres.url(name)))
            # Again: with the first request that finds a table, Lite grants everybody all rights on all of them.
            headers = {"apikey": server.keys.secret}
            httpx.get(f"{server.url}/rest/v1/stockdash_schema", headers=headers)
            postgres.apply(*files, database=name)
            return Project(server.url, server.keys, server.log, postgres, name)

        yield new


@pytest.fixture(scope="session")
def postgres_project(new_project: NewProject) -> Project:
    """A project over PostgreSQL, for everything that concurrency touches."""
    return new_project("stockdash", *FILES, RESET)
