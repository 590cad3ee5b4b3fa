"""Where in its own code an indicator failed or hangs, without what surrounds it.

Only frames of the package that the indicator's function lies in, as module, line and source: no paths of this
machine, no values of variables.
"""

import sys
import threading
import traceback
from collections.abc import Iterable, Sequence
from types import FrameType

from stockdash.answers import checked
from stockdash.indicators import run

_LONGEST = 300
_OURS = {run.__module__, checked.__module__}
_Frames = Sequence[tuple[FrameType, int]]


def said_by(exc: BaseException) -> str:
    """Give an error's type and message in one line."""
    try:
        message = " ".join(str(exc).split())
    except Exception:  # noqa: BLE001 - the class is the plugin's own
        message = "its message can't be read"
    return f"{type(exc).__name__}: {message}".removesuffix(": ")[:_LONGEST]


def frames_of_error(exc: BaseException) -> str:
    """Tell where `exc` was raised; empty when that was not in the package's code."""
    told = _told(list(traceback.walk_tb(exc.__traceback__)))
    return f"{told}\n{said_by(exc)}" if told else ""


def frames_of_thread(thread: threading.Thread) -> str:
    """Tell where `thread` is at this moment; empty when it has ended."""
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001 - the documented way to a thread's frame
    return _told(list(traceback.walk_stack(frame))[::-1]) if frame is not None else ""


def masked(text: str, secrets: Iterable[str]) -> str:
    """Give `text` without the secrets: an error may quote the address or the key that it was given."""
    for secret in secrets:
        text = text.replace(secret, "***")
    return text


def _told(frames: _Frames) -> str:
    own = list(_own(frames))
    summaries = traceback.StackSummary.extract(iter(own))
    lines = (
        f"{_module(frame)}, line {summary.lineno}, in {summary.name}\n    {summary.line}"
        for (frame, _), summary in zip(own, summaries, strict=True)
    )
    return "\n".join(lines)


def _own(frames: _Frames) -> _Frames:
    """Give the frames below `run` that lie in the top package of the first of them: that is the indicator's."""
    codes = [frame.f_code for frame, _ in frames]
    below = frames[codes.index(run.__code__) + 1 :] if run.__code__ in codes else []
    if not below or _module(below[0][0]) in _OURS:
        return []
    package = _module(below[0][0]).partition(".")[0]
    return [(frame, line) for frame, line in below if _module(frame).partition(".")[0] == package]


def _module(frame: FrameType) -> str:
    return str(frame.f_globals.get("__name__", "?"))
