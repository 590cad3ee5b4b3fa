"""The app. Start it with: streamlit run streamlit_app.py."""

import logging
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import anyio
import streamlit as st

from stockdash.errors import StockdashError
from stockdash.plotlyjs import plotly_route, preload
from stockdash.settings import Settings

ROUTES, MIDDLEWARE = [plotly_route()], [preload()]


@asynccontextmanager
async def lifespan(_: st.App) -> AsyncIterator[dict[str, Any]]:
    """Follow the exchange's calendar from the server's start to its end, whether anyone visits or not."""
    # Loading pandas and the store takes a second, which is when the first visitor's browser loads the page.
    threading.Thread(target=open_app, daemon=True).start()
    yield {}
    await anyio.to_thread.run_sync(close_app)


def open_app() -> None:
    """Load everything and begin the work in the background; a store that can't be opened ends the server."""
    from stockdash.pages import chart  # noqa: F401, PLC0415 - after the server's start, which its caches need
    from stockdash.pages._engine import engine  # noqa: PLC0415 - loads pandas

    try:
        engine().start()
    except StockdashError as exc:
        logging.getLogger("stockdash").critical("stockdash can't start. %s", exc)
        signal.raise_signal(signal.SIGTERM)


def close_app() -> None:
    """End the work in the background."""
    from stockdash.pages._engine import engine  # noqa: PLC0415 - loaded by `open_app`

    with suppress(StockdashError):
        engine().stop()


def start_log(level: str) -> None:
    """Send our log lines to the standard error, unless who runs the server has said where lines go."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("stockdash").setLevel(level)


def main() -> None:
    """Draw the page that the address names."""
    from stockdash.pages import chart  # noqa: PLC0415 - loaded by `open_app`

    st.set_page_config(page_title="stockdash", page_icon="📈", layout="wide")
    st.navigation([st.Page(chart.page, title="Chart", default=True)], position="hidden").run()


# Streamlit imports this file once for the server and runs it as `__main__` for each rerun of each session.
if __name__ == "__main__":
    main()
else:
    try:
        start_log(Settings.load().log_level)
    except StockdashError as exc:
        raise SystemExit(f"stockdash can't start. {exc}") from None
    app = st.App(__file__, lifespan=lifespan, routes=ROUTES, middleware=MIDDLEWARE)
