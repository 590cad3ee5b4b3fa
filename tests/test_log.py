import subprocess
import sys

SCRIPT = """
import logging
from stockdash.log import start_log
start_log({level!r})
logging.getLogger("stockdash.ingest").info("ours")
logging.getLogger("httpx").info("theirs")
logging.getLogger("httpx").warning("their warning")
"""


def lines(level: str) -> str:
    """Give what a process of its own logs at `level`: pytest has said where this one's lines go."""
    ran = subprocess.run([sys.executable, "-c", SCRIPT.format(level=level)], capture_output=True, text=True, check=True)
    return ran.stderr


def test_our_lines_are_shown_from_the_level_on():
    assert "INFO stockdash.ingest: ours" in lines("INFO")


def test_our_lines_below_the_level_are_not_shown():
    assert "ours" not in lines("WARNING")


def test_of_other_libraries_only_warnings_are_shown():
    shown = lines("DEBUG")
    assert ("theirs" in shown, "their warning" in shown) == (False, True)
