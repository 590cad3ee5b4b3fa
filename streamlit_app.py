"""The app. Start it with: streamlit run streamlit_app.py."""

import streamlit as st

from stockdash.errors import StockdashError
from stockdash.log import start_log
from stockdash.pages._health import counted, health_routes
from stockdash.pages._lifespan import lifespan
from stockdash.plotlyjs import plotly_route, preload
from stockdash.settings import Settings


def main() -> None:
    """Draw the page that the address names."""
    from stockdash.pages import _signin  # noqa: PLC0415 - loaded in the background since the server's start
    from stockdash.pages._navigation import pages  # noqa: PLC0415

    st.set_page_config(page_title="stockdash", page_icon="📈", layout="wide")
    may_enter = _signin.guard()
    page = st.navigation(pages(), position="sidebar" if may_enter else "hidden")
    if may_enter:
        page.run()
        _signin.account()


# Streamlit imports this file once for the server and runs it as `__main__` for each rerun of each session.
if __name__ == "__main__":
    main()
else:
    try:
        start_log(Settings.load().log_level)
    except StockdashError as exc:
        raise SystemExit(f"stockdash can't start. {exc}") from None
    routes = [plotly_route(), *health_routes()]
    app = st.App(__file__, lifespan=lifespan, routes=routes, middleware=[counted(), preload()])
