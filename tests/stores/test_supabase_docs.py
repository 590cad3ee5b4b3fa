"""Every command of docs/supabase.md, run in its order in an empty folder against a project of one's own."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from stockdash.settings import Settings
from stockdash.stores.sqlite import SqliteStore
from stockdash.stores.supabase import SupabaseReadStore, SupabaseStore
from tests.peers.supabase import FILES, NewProject, Project
from tests.peers.supabase_lite import free_port
from tests.stores.samples import fill, whole_write

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "supabase.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sh\n(.*?)```", PAGE, flags=re.DOTALL)
PATIENCE = 120.0


@pytest.fixture(scope="module")
def project(new_project: NewProject) -> Project:
    # Lite looks for tables and functions once, so they have to be there before the page's first command.
    return new_project("walked", *FILES)


@pytest.fixture
def environment(project: Project, tmp_path: Path) -> dict[str, str]:
    (setting,) = re.findall(r"```env\n(.*?)```", PAGE, flags=re.DOTALL)
    values = {
        "https://abcdefghijklmnopqrst.supabase.co": project.url,
        "sb_secret_...": project.keys.secret,
    }
    for example, real in values.items():
        setting = setting.replace(example, real)
    (tmp_path / ".env").write_text(setting)
    ours = {name.upper() for name in Settings.model_fields}
    path = os.pathsep.join([str(Path(sys.executable).parent), str(project.server.programs), os.environ["PATH"]])
    return {
        **{name: value for name, value in os.environ.items() if name not in ours},
        "PATH": path,
        "DATABASE_URL": project.server.url(project.database),
        "STOCKDASH_DATA_DIR": str(tmp_path / "data"),
        "STOCKDASH_SOURCE": "demo",
        "STOCKDASH_TICKERS": "NVDA",
        "STREAMLIT_SERVER_PORT": str(free_port()),
        "STREAMLIT_SERVER_HEADLESS": "true",
        "STREAMLIT_BROWSER_GATHER_USAGE_STATS": "false",
    }


def command(start: str) -> str:
    """Give the page's command that starts so."""
    (found,) = [line for block in BLOCKS for line in block.splitlines() if line.startswith(start)]
    return found


@contextmanager
def going_on(line: str, folder: Path, environment: dict[str, str]) -> Iterator[Path]:
    """Run a command that ends when it is told to, and give the file of what it says."""
    said = folder / "said.log"
    with said.open("wb") as output:
        process = subprocess.Popen(line.split(), cwd=folder, env=environment, stdout=output, stderr=output)
    try:
        yield said
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)
    finally:
        process.kill()
        process.wait()


def until(condition, what: Path) -> None:
    give_up = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < give_up, what.read_text()
        time.sleep(0.1)


def is_healthy(port: str) -> bool:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5) as answer:
            return answer.status == 200
    except (URLError, OSError):
        return False


def test_the_page_leads_from_an_empty_project_to_a_running_app(
    project: Project, environment: dict[str, str], tmp_path: Path
):
    def run(block: str) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            ["bash", "-e", "-c", block], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{block}: {done.stdout}{done.stderr}"
        return done

    fill(SqliteStore(tmp_path / "data" / "demo" / "stockdash.db"), whole_write(1, symbol="OLD"))
    for start in ("stockdash db sql >", "psql"):
        run(next(block for block in BLOCKS if block.startswith(start)))
    assert "nobody may do too much" in run(command("stockdash db check")).stderr
    assert "1 symbols copied" in run(command("stockdash db copy")).stdout
    told = run(next(block for block in BLOCKS if block.startswith("stockdash ingest"))).stdout
    assert project.url.removeprefix("http://") in told
    store = SupabaseStore(project.url, project.keys.secret)
    assert store.symbols() == ("NVDA", "OLD")

    with going_on(command("stockdash worker"), tmp_path, environment) as said:
        until(lambda: "Background scheduler started" in said.read_text(), said)
    app = command("streamlit run").replace("streamlit_app.py", str(ROOT / "streamlit_app.py"))
    with going_on(app, tmp_path, environment) as said:
        until(lambda: is_healthy(environment["STREAMLIT_SERVER_PORT"]), said)
    assert project.keys.secret not in said.read_text()

    run(next(block for block in BLOCKS if "--read-policy" in block))
    reader = SupabaseReadStore(project.url, project.keys.publishable)
    assert len(reader.read("OLD", "1d")) == 300
    reader.close()
    store.close()
    key = f"SUPABASE_PUBLISHABLE_KEY={project.keys.publishable}"
    (tmp_path / ".env").write_text(f"SUPABASE_URL={project.url}\n{key}\n")
    with going_on(app, tmp_path, environment) as said:
        until(lambda: is_healthy(environment["STREAMLIT_SERVER_PORT"]), said)


def test_every_command_of_the_page_was_run():
    known = ("stockdash db ", "psql ", "stockdash ingest", "stockdash status", "streamlit run ", "stockdash worker")
    assert all(line.startswith(known) for block in BLOCKS for line in block.splitlines())
