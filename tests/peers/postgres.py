"""A PostgreSQL of one's own on this machine: a cluster in a new folder, run by a user without rights."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.peers.supabase_lite import free_port

INSTALL = "apt-get install --yes postgresql"
# Debian's own account for it: PostgreSQL refuses to be run by root.
OTHER_USER = "postgres"

# As every Supabase project has them, with the open defaults of older ones.
_ROLES = """
create role anon nologin;
create role authenticated nologin;
create role service_role nologin bypassrls;
"""
_DEFAULTS = "alter default privileges in schema public grant all on tables to anon, authenticated, service_role"


def programs() -> Path | None:
    """Give the folder of the newest PostgreSQL on this machine, or None."""
    on_path = shutil.which("initdb")
    # A wrapper on the path may be alone; Debian keeps the versions apart and none of them there.
    near = [Path(on_path).resolve().parent] if on_path else []
    found = [folder for folder in (*Path("/usr/lib/postgresql").glob("*/bin"), *near) if (folder / "psql").exists()]
    return max(found, key=_version, default=None)


def _version(folder: Path) -> int:
    return int(folder.parent.name) if folder.parent.name.isdigit() else 0


@dataclass(frozen=True, slots=True)
class Postgres:
    """A cluster that runs on `port`; its super user is postgres, without a password."""

    folder: Path
    port: int
    programs: Path

    def url(self, database: str = "postgres") -> str:
        """Give the URL of a database."""
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start the server and wait until it answers."""
        log = str(self.folder / "log")
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1"
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-l", log, "-o", options, "-w", "start")

    def stop(self, mode: str = "immediate") -> None:
        """Stop the server: `immediate` as a crash does, `fast` as an administrator does."""
        self.run("pg_ctl", "-D", str(self.folder / "data"), "-m", mode, "-w", "stop")

    def restart(self, mode: str = "immediate") -> None:
        """Stop and start the server."""
        self.stop(mode)
        self.start()

    def sql(self, *statements: str, database: str = "postgres") -> None:
        """Run each statement in a transaction of its own."""
        if statements:
            self._psql(database, [part for statement in statements for part in ("-c", statement)])

    def apply(self, *files: Path, database: str) -> None:
        """Run SQL files in their order."""
        if files:
            self._psql(database, [part for path in files for part in ("-f", str(path))])

    def new_database(self, name: str) -> None:
        """Make an empty database as a Supabase project has it."""
        self.sql(f"create database {name}")
        self.sql(_DEFAULTS, database=name)

    def run(self, program: str, *arguments: str) -> None:
        """Run one of PostgreSQL's programs as its user."""
        _run([str(self.programs / program), *arguments], self.folder, **_rights())

    def _psql(self, database: str, arguments: list[str]) -> None:
        command = [str(self.programs / "psql"), "-X", "-q", "-d", self.url(database), "-v", "ON_ERROR_STOP=1"]
        _run([*command, *arguments], self.folder)


@contextmanager
def running(folder: Path, *settings: str) -> Iterator[Postgres]:
    """Run a new cluster in the new folder `folder`, with lines of postgresql.conf."""
    found = programs()
    assert found is not None
    folder.mkdir(parents=True)
    if _is_root():
        shutil.chown(folder, OTHER_USER)
    server = Postgres(folder, free_port(), found)
    server.run("initdb", "-D", str(folder / "data"), "-U", "postgres", "-A", "trust", "--encoding=UTF8", "--no-sync")
    with (folder / "data" / "postgresql.conf").open("a") as config:
        config.writelines(f"{line}\n" for line in settings)
    server.start()
    try:
        server.sql(*_ROLES.strip().splitlines())
        yield server
    finally:
        server.stop()


def _rights() -> dict[str, str]:
    return {"user": OTHER_USER, "group": OTHER_USER} if _is_root() else {}


def _run(command: list[str], folder: Path, **rights: str) -> None:
    # To a file: the server that pg_ctl starts would keep a pipe open.
    with (folder / "output").open("a+b") as output:
        done = subprocess.run(command, cwd=folder, check=False, stdout=output, stderr=output, **rights)
        if done.returncode:
            output.seek(0)
            raise RuntimeError(f"{command[0]} failed: {output.read().decode(errors='replace')[-2000:]}")


def _is_root() -> bool:
    return os.geteuid() == 0
