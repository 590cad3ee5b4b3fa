"""One process that checks indicators, seen from the one that started it."""

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress

from stockdash.errors import InvalidInputError
from stockdash.testing import Report
from stockdash.verdicts.child import HANG_SECONDS

COMMAND = (sys.executable, "-m", "stockdash.verdicts.child")
_SHOWN = 2000  # letters of what a process wrote before it crashed
# The checks are one thread's work; numpy's own threads would take the other processors from the pages.
_ALONE = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")

_log = logging.getLogger(__name__)

Answer = tuple[str, Report | str]


class Asking:
    """Checks indicators in another process.

    Attributes
    ----------
    crashed : whether the process ended before its end; the last answer then tells what happened.
    """

    def __init__(self, ids: Sequence[str], *, command: Sequence[str] = COMMAND) -> None:
        self.crashed = False
        self._ids = tuple(ids)
        self._stopped = False
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `answers`
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**os.environ, **_ALONE},
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Linux shares processors out by session first: see `child`
            creationflags=getattr(subprocess, "IDLE_PRIORITY_CLASS", 0),  # Windows; elsewhere the child is nice
        )

    def answers(self) -> Iterator[Answer]:
        """Give each indicator's report as it arrives, or why there is none; once."""
        present, began = "", time.monotonic()
        try:
            for told in self._lines():
                if "at" in told:
                    present, began = told["at"], time.monotonic()
                else:
                    yield present, _found(told)
                    present = ""
            code = self._process.wait()
            if (code or present) and not self._stopped:
                self.crashed = True
                yield present, self._ending(code, time.monotonic() - began)
        finally:
            self.stop()
            self._process.wait()
            self._let_go()

    def stop(self) -> None:
        """End the process now, from any thread; `answers` then ends too."""
        self._stopped = True
        if self._process.poll() is None:
            self._process.kill()

    def _let_go(self) -> None:
        for file in (self._process.stdin, self._process.stdout, self._errors):
            with suppress(OSError):  # what could not be written any more
                if file is not None:
                    file.close()

    def _lines(self) -> Iterator[dict[str, str]]:
        asked, told = self._process.stdin, self._process.stdout
        assert asked is not None  # noqa: S101 - both are pipes, for the types
        assert told is not None  # noqa: S101
        with suppress(BrokenPipeError):
            asked.write(json.dumps(self._ids) + "\n")
            asked.flush()  # stays open: its end would end the process
        yield from map(json.loads, told)

    def _ending(self, code: int, seconds: float) -> str:
        self._errors.seek(0)
        _log.warning("A check ended with %d: %s", code, self._errors.read()[-_SHOWN:].decode(errors="replace"))
        name = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        if name == "SIGXCPU" or seconds >= HANG_SECONDS:
            return "the check was given up, it took too long"
        return f"the check crashed, it took its process down ({name})"


def _found(told: dict[str, str]) -> Report | str:
    if "report" not in told:
        return told["failed"]
    try:
        return Report.from_json(told["report"])
    except InvalidInputError as exc:
        return f"its report can't be read: {exc}"
