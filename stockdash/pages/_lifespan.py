"""What happens between the server's start and its end, whether anyone visits or not."""

import logging
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
import streamlit as st

from stockdash.errors import StockdashError


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    """Follow the exchange's calendar from the server's start to its end."""
    # Loading pandas and the store takes a second, which is when the first visitor's browser loads the page.
    threading.Thread(target=_open, daemon=True).start()
    yield {}
    await anyio.to_thread.run_sync(_close)


def _open() -> None:
    """Load everything and begin the work in the background; a store that can't be opened ends the server."""
    from stockdash.pages import _signin, chart  # noqa: F401, PLC0415 - after the server's start, which its caches need
    from stockdash.pages._engine import engine  # noqa: PLC0415 - loads pandas

    _signin.warn_of_exposure()
    try:
        engine().start()
    except StockdashError as exc:
        logging.getLogger("stockdash").critical("stockdash can't start. %s", exc)
        signal.raise_signal(signal.SIGTERM)


def _close() -> None:
    """End the work in the background."""
    from stockdash.pages._engine import engine  # noqa: PLC0415 - loaded by `_open`

    with suppress(StockdashError):
        engine().stop()
