"""The app on another day: `streamlit_app.py` with a clock that begins at STOCKDASH_TEST_NOW and goes on from there."""

import os
import time
from datetime import datetime, timedelta

import streamlit as st

from stockdash.pages._engine import engine
from stockdash.pages._lifespan import lifespan
from stockdash.plotlyjs import plotly_route, preload

START = datetime.fromisoformat(os.environ["STOCKDASH_TEST_NOW"])
BEGAN = time.monotonic()

if __name__ == "__main__":
    import streamlit_app

    streamlit_app.main()
else:
    # The first call decides about the clock; the app's own file asks for the same engine.
    engine(_clock=lambda: START + timedelta(seconds=time.monotonic() - BEGAN))
    app = st.App(__file__, lifespan=lifespan, routes=[plotly_route()], middleware=[preload()])
