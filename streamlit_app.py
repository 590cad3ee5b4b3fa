"""The app. Start it with: streamlit run streamlit_app.py."""

import streamlit as st

from stockdash.errors import StockdashError
from stockdash.pages._lifespan import lifespan, start_log
from stockdash.plotlyjs import plotly_route, preload
from stockdash.settings import Settings


def main() -> None:
    """Draw the page that the address names."""
    from stockdash.pages._navigation import pages  # noqa: PLC0415 - loaded in the background since the server's start

    st.set_page_config(page_title="stockdash", page_icon="📈", layout="wide")
    st.navigation(pages(), position="sidebar").run()


# Streamlit imports this file once for the server and runs it as `__main__` for each rerun of each session.
if __name__ == "__main__":
    main()
else:
    try:
        start_log(Settings.load().log_level)
    except StockdashError as exc:
        raise SystemExit(f"stockdash can't start. {exc}") from None
    app = st.App(__file__, lifespan=lifespan, routes=[plotly_route()], middleware=[preload()])
