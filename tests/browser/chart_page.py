"""The script of chart_app.py: the chart, its range buttons and one slider, and a count of the reruns."""

import numpy as np
import pandas as pd
import streamlit as st

from stockdash.charts import PRESETS, STYLES, Trace, figure, preset_range, resolution_for
from stockdash.charts.zoomchart import last_zoom, zoomchart
from tests.browser.made_up import bars, markers

KEY = "chart"


def traces(close: pd.Series, length: int) -> list[Trace]:
    change = close.diff()
    gain, loss = (part.ewm(alpha=1 / 14, adjust=False).mean() for part in (change.clip(lower=0), -change.clip(upper=0)))
    rsi = 100 - 100 / (1 + gain / loss)
    return [
        Trace(f"SMA {length}", close.rolling(length).mean().to_numpy()),
        Trace("EMA 50", close.ewm(span=50, adjust=False).mean().to_numpy()),
        Trace("RSI 14", rsi.to_numpy(), pane="rsi", levels=(30.0, 70.0)),
    ]


def every_kind(close: pd.Series) -> list[Trace]:
    middle, spread = close.rolling(20).mean(), close.rolling(20).std()
    macd = close.ewm(span=12, adjust=False).mean() - close.ewm(span=26, adjust=False).mean()
    signal = macd.ewm(span=9, adjust=False).mean()
    upper, lower = (middle + 2 * spread).to_numpy(), (middle - 2 * spread).to_numpy()
    return [
        Trace("Bollinger 20, 2", upper, kind="band", base=lower),
        Trace("Middle", middle.to_numpy(), kind="dashes"),
        Trace("Stop", close.rolling(10).min().to_numpy() * 0.99, kind="points"),
        Trace("Histogram", (macd - signal).to_numpy(), kind="histogram", pane="macd"),
        Trace("MACD 12, 26, 9", macd.to_numpy(), pane="macd"),
        Trace("Signal", signal.to_numpy(), pane="macd"),
    ]


@st.fragment
def chart() -> None:
    st.session_state.reruns = st.session_state.get("reruns", 0) + 1
    left, right = st.columns([3, 1])
    preset = left.segmented_control("Range", PRESETS, default="3M", key="preset", label_visibility="collapsed") or "3M"
    length = right.slider("SMA length", 2, 60, 20, key="length", label_visibility="collapsed")
    style = st.query_params.get("style", "candles")
    log = "log" in st.query_params
    revision = f"made up {preset}"
    zoom = last_zoom(KEY, revision)
    sessions = pd.DatetimeIndex(bars("1d").index)
    visible = (zoom.start, zoom.end) if zoom else preset_range(preset, sessions)
    resolution = resolution_for(visible, intraday_from=bars("30m").index[0])
    drawn = bars(resolution)
    shown = traces(drawn["close"], length) + (every_kind(drawn["close"]) if "every" in st.query_params else [])
    payload = figure(
        drawn if "empty" not in st.query_params else drawn.head(0),
        visible=visible,
        resolution=resolution,
        revision=revision,
        traces=shown if "empty" not in st.query_params else [],
        markers=markers() if "empty" not in st.query_params else [],
        style=style if style in STYLES else "candles",
        log=log,
        provisional=np.arange(len(drawn)) == len(drawn) - 1,
        extent=preset_range("Max", sessions),
        title="MADE UP",
    )
    zoomchart(payload, key=KEY)
    st.caption(f"reruns {st.session_state.reruns}")


st.set_page_config(page_title="Chart", layout="wide")
chart()
