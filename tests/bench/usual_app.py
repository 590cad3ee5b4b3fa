"""The app most people would write, as a peer in the benchmarks: pandas, make_subplots, st.plotly_chart."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from plotly.subplots import make_subplots


@st.cache_data
def load_bars() -> pd.DataFrame:
    """Give 5,000 made-up daily bars."""
    random = np.random.default_rng(1)
    close = 100 * np.exp(np.cumsum(random.normal(0, 0.01, 5000)))
    columns = {"open": close, "high": close * 1.01, "low": close * 0.99, "close": close}
    columns["volume"] = random.integers(1_000_000, 10_000_000, 5000)
    return pd.DataFrame(columns, index=pd.bdate_range("2005-01-03", periods=5000))


bars = load_bars()
length = st.sidebar.slider("Length", 2, 200, 20)
visible = bars.tail(int(st.query_params.get("bars", "63")))
figure = make_subplots(rows=2, cols=1, shared_xaxes=True)
figure.add_trace(
    go.Candlestick(x=visible.index, **{name: visible[name] for name in ("open", "high", "low", "close")}), 1, 1
)
for window in (length, length + 5, length + 10):
    mean = bars["close"].rolling(window).mean().tail(len(visible))
    figure.add_trace(go.Scatter(x=mean.index, y=mean, name=f"SMA {window}"), 1, 1)
figure.add_trace(go.Bar(x=visible.index, y=visible["volume"]), 2, 1)
st.plotly_chart(figure, key="chart")
