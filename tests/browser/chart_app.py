"""The chart alone, over made-up bars: `streamlit run tests/browser/chart_app.py`."""

from pathlib import Path

import streamlit as st

from stockdash.plotlyjs import plotly_route, preload

app = st.App(Path(__file__).parent / "chart_page.py", routes=[plotly_route()], middleware=[preload()])
