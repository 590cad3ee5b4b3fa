"""A real Streamlit server for one script, on a free port of the loopback, as tests and benchmarks start it."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
_PATIENCE_SECONDS = 60
_OPTIONS = {
    "server.address": "127.0.0.1",
    "server.headless": "true",
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": "false",
}


@contextmanager
def streamlit_server(
    script: Path,
    *,
    environment: dict[str, str] | None = None,
    log: Path | None = None,
    python: Path = Path(sys.executable),
) -> Iterator[str]:
    """Serve `script` from the project's root, with its `.streamlit/config.toml`; give the URL.

    What the server writes to the standard error goes to the file `log`, or to that of the tests. `python` is of the
    environment that it runs in.
    """
    port = _free_port()
    options = [f"--{name}={value}" for name, value in _OPTIONS.items()]
    command = [python, "-m", "streamlit", "run", str(script), f"--server.port={port}", *options]
    settings = {**os.environ, "PYTHONPATH": str(ROOT), **(environment or {})}
    with (log or Path(os.devnull)).open("wb") as lines:
        errors = lines if log is not None else None
        server = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=subprocess.DEVNULL, stderr=errors)
        try:
            _await_health(server, f"http://127.0.0.1:{port}")
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(timeout=10)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _await_health(server: subprocess.Popen[bytes], url: str, path: str = "/_stcore/health") -> None:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        if server.poll() is not None:
            raise RuntimeError(f"The server ended with {server.returncode} before it answered.")
        try:
            urllib.request.urlopen(f"{url}{path}", timeout=1).close()  # noqa: S310 (the server above)
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise TimeoutError(f"No answer from {url} within {_PATIENCE_SECONDS} s.")
