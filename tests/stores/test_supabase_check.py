"""`stockdash db check` finds what a project lacks and who may do too much, and its SQL mends it."""

import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from stockdash.__main__ import app
from stockdash.settings import Settings
from stockdash.stores.supabase.check import check
from stockdash.stores.supabase.client import DataApi
from stockdash.stores.supabase.expected import FUNCTIONS, TABLES, readers_file, sql_files
from tests.peers.postgres import Postgres
from tests.peers.supabase import FILES, NewProject, Project
from tests.peers.supabase_lite import SQL

SPOILT = {
    "drop table public.corporate_actions": "The table corporate_actions is missing.",
    "alter table public.price_bars_1d drop column volume": "The table price_bars_1d lacks the column volume.",
    "alter table public.app_state disable row level security": "The table app_state is open to everybody",
    'create policy "let ""them"" in" on public.app_state for all using (true)': 'a policy of others: let "them" in.',
    "grant select on public.price_bars_1d to anon": "Too many rights: anon may select price_bars_1d.",
    "grant update on public.app_state to public": "Too many rights: public may update app_state.",
    "grant truncate on public.price_bars_30m to service_role": "service_role may truncate price_bars_30m.",
    "revoke insert on public.price_bars_1d from service_role": "The secret key may not insert price_bars_1d.",
    "drop function public.read_runs": "The function read_runs is missing.",
    "grant execute on function public.read_runs to public": "Too many rights: anon may call read_runs.",
    "revoke execute on function public.read_runs from service_role": "The secret key may not call read_runs.",
    "alter function public.read_runs security definer": "The function read_runs is not the one of 004_reads.sql.",
    "alter function public.read_runs reset search_path": "The function read_runs is not the one of 004_reads.sql.",
    "drop function public.read_schema": "The function read_schema is missing",
}


@pytest.fixture(scope="module")
def project(new_project: NewProject) -> Project:
    return new_project("checked", *FILES)


@pytest.fixture
def api(project: Project) -> Iterator[DataApi]:
    api = DataApi(project.url, project.keys.secret)
    yield api
    api.close()


@pytest.mark.parametrize(("statement", "text"), SPOILT.items(), ids=SPOILT)
def test_what_is_wrong_is_found_and_mended(
    api: DataApi, project: Project, postgres: Postgres, tmp_path: Path, statement, text
):
    assert check(api).findings == ()
    postgres.sql(statement, database=project.database)
    checked = check(api)
    assert text in " ".join(finding.text for finding in checked.findings)
    mending = tmp_path / "mend.sql"
    mending.write_text(checked.sql)
    postgres.apply(mending, database=project.database)
    assert check(api).findings == ()


def test_another_function_of_the_same_name_is_named(api: DataApi, project: Project, postgres: Postgres):
    postgres.sql("create function public.read_runs(a int, b int) returns int return 1", database=project.database)
    assert "another function read_runs" in check(api).findings[0].text
    postgres.sql("drop function public.read_runs(int, int)", database=project.database)


def test_reading_that_was_opened_on_purpose_is_told_and_no_fault(new_project: NewProject):
    project = new_project("readable", *FILES, SQL / "optional" / "read_policy.sql")
    api = DataApi(project.url, project.keys.secret)
    checked = check(api)
    api.close()
    assert (checked.findings, checked.is_open_to_readers) == ((), True)


def test_what_is_printed_can_be_applied(postgres: Postgres, tmp_path: Path):
    for options in ([], ["--read-policy"]):
        printed = tmp_path / "printed.sql"
        printed.write_text(CliRunner().invoke(app, ["db", "sql", *options]).stdout)
        postgres.new_database(name := f"printed_{len(options)}")
        postgres.apply(*([] if not options else FILES), printed, printed, database=name)


def test_the_files_declare_what_is_checked():
    assert len(TABLES) == 11
    assert {"acquire_ingest_lock", "heartbeat_ingest_lock", "release_ingest_lock"} < set(FUNCTIONS)
    assert [file.name for file in sql_files()] == [path.name for path in FILES]
    assert "grant select" in readers_file().text


def test_an_installed_stockdash_has_the_files(tmp_path: Path):
    build = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(build, cwd=SQL.parent, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if name.endswith(".sql")}
    files = (*(file.name for file in sql_files()), readers_file().name)
    assert inside == {f"stockdash/stores/supabase/sql/{name}" for name in files}


class TestTheCommand:
    @pytest.fixture(autouse=True)
    def only_this_project(self, project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        for name in Settings.model_fields:
            monkeypatch.delenv(name.upper(), raising=False)
        for name, value in project.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.chdir(tmp_path)

    def test_a_whole_project_is_praised(self, project: Project):
        done = CliRunner().invoke(app, ["db", "check"])
        assert (done.exit_code, done.stdout) == (0, "")
        assert "nobody may do too much" in done.stderr
        assert project.keys.secret not in done.output

    def test_findings_are_told_and_their_sql_is_printed(self, project: Project, postgres: Postgres):
        postgres.sql("grant select on public.app_state to anon", database=project.database)
        done = CliRunner().invoke(app, ["db", "check"])
        assert (done.exit_code, done.stdout) == (1, "revoke select on public.app_state from anon;\n")
        assert "Too many rights: anon may select app_state." in done.stderr
        postgres.apply(FILES[0], database=project.database)

    def test_a_wrong_key_is_named(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setenv("SUPABASE_SERVICE_ROLE_KEY", "sb_secret_of_another_project")
        done = CliRunner().invoke(app, ["db", "check"])
        assert done.exit_code == 1
        assert "The project does not know this key" in done.stderr
        assert "sb_secret_of_another_project" not in done.output

    def test_without_a_project_there_is_nothing_to_check(self, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.delenv("SUPABASE_URL")
        done = CliRunner().invoke(app, ["db", "check"])
        assert (done.exit_code, "SUPABASE_URL" in done.stderr) == (1, True)
