import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_a_store_that_cannot_be_opened_ends_the_server_and_says_why(tmp_path):
    (tmp_path / "file").touch()
    environment = {**os.environ, "STOCKDASH_DATA_DIR": str(tmp_path / "file" / "folder"), "STOCKDASH_SOURCE": "demo"}
    command = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        "streamlit_app.py",
        "--server.port=0",
        "--server.headless=true",
    ]
    ended = subprocess.run(
        [*command, "--server.address=127.0.0.1"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode != 0
    assert "stockdash can't start" in ended.stderr
