"""Replacing a file as a whole: whoever reads sees the old or the new content, also after a kill or a power cut."""

import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from stockdash.errors import StoreUnavailableError

# What a killed process leaves behind ends like this.
PART = ".part"


def replace_file(path: Path, content: bytes) -> None:
    """Write `content` beside `path`, wait for the disk, and put it in the place of `path`.

    Raises
    ------
    StoreUnavailableError
        Disk full, no folder, or no right to write; the old content is still there.
    """
    # A name of its own: two processes that write one file at once must not write into one another.
    part = path.with_name(f"{path.name}.{uuid4().hex}{PART}")
    try:
        with part.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        _sync_folder(path.parent)
    except OSError as exc:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        why = f"there is no folder {path.parent}" if not path.parent.is_dir() else exc.strerror or str(exc)
        raise StoreUnavailableError(f"{path} can't be written: {why}. What was there before is as it was.") from exc


def _sync_folder(folder: Path) -> None:
    if os.name == "posix":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
