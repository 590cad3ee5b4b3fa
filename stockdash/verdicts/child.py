"""The process that checks indicators: ``python -m stockdash.verdicts.child``, started by `stockdash.verdicts.checking`.

It reads the ids, one line of JSON, from the standard input, and ends when that is closed: with the process that asked.
For each indicator it writes two lines of JSON to the standard output: which one comes now, and what was found, so that
who reads knows which one took the process down. What plugins print goes to the standard error.
"""

import faulthandler
import json
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO

from stockdash.errors import PluginError
from stockdash.registry import Catalog, load_catalog
from stockdash.settings import Settings
from stockdash.testing import check_indicator

PATIENCE_SECONDS = 300  # of a processor for one indicator; the usual ones need 0.1 to 2
HANG_SECONDS = 3600.0  # for one that waits for something, and where processor time can't be limited
_LOWEST = 19


def main() -> None:
    """Check what is asked for and write the answers."""
    answers = _keep_apart()
    _give_way()
    wanted: list[str] = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_the_asker, daemon=True).start()
    catalog = load_catalog(gate=Settings.load().gate)
    for indicator_id in wanted:
        _say(answers, at=indicator_id)
        _limit()
        _say(answers, **_found(catalog, indicator_id))
        faulthandler.cancel_dump_traceback_later()
    answers.flush()
    os._exit(0)  # threads that plugins have started are not waited for


def _give_way() -> None:
    """Run only when nobody else wants to, as far as the operating system knows of that."""
    if hasattr(os, "nice"):
        os.nice(_LOWEST)
    if sys.platform == "linux":
        with suppress(OSError):
            os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
        # Between sessions, Linux goes by what is written there; priorities only count within one.
        if os.getsid(0) == os.getpid():
            with suppress(OSError):
                Path("/proc/self/autogroup").write_text(str(_LOWEST), encoding="ascii")


def _limit() -> None:
    """Have the process ended if the next indicator takes too long, whatever it hangs in: C code too."""
    faulthandler.dump_traceback_later(HANG_SECONDS, exit=True)
    if sys.platform != "win32":
        import resource  # noqa: PLC0415 - not on Windows

        _, most = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (int(time.process_time()) + 1 + PATIENCE_SECONDS, most))


def _keep_apart() -> IO[str]:
    """Give the standard output for the answers alone, and let everybody else write to the standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _end_with_the_asker() -> None:
    while os.read(0, 1):
        pass
    os._exit(1)


def _found(catalog: Catalog, indicator_id: str) -> dict[str, str]:
    try:
        indicator = catalog.find(indicator_id)
        origin = catalog.origins[indicator_id]
        report = check_indicator(indicator, package=origin.package, version=origin.version)
        return {"report": report.to_json()}
    except PluginError as exc:
        return {"failed": str(exc)}
    except Exception as exc:  # noqa: BLE001 - a plugin may fail in any way; it is reported
        return {"failed": f"{type(exc).__name__}: {exc}"}


def _say(answers: IO[str], **told: str) -> None:
    answers.write(json.dumps(told) + "\n")
    answers.flush()


if __name__ == "__main__":
    main()
