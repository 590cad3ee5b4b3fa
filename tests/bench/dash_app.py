"""The chart as a good Dash developer would write it, as a peer in the benchmarks: pandas, plotly, Dash, waitress.

The bars are read once, when the server starts, and the slider answers at every step. It does so in one of the two ways
that Dash's documentation teaches: `figure` answers with the whole figure, `patch` with the values of the one line that
changed (https://dash.plotly.com/partial-properties). Wherever there is a choice it is the quicker one: one x axis for
both panes, bar numbers instead of dates with range breaks, fixed ranges, no template, rounded prices, and a figure
that is built once. The chart keeps Dash's own settings, so it can be panned and zoomed.
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Literal
from wsgiref.types import WSGIApplication

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from dash import Dash, Input, Output, Patch, dcc, html

from tests.browser.server import ROOT, _await_health, _free_port

Mode = Literal["figure", "patch"]

UP, DOWN = "#089981", "#f23645"
COLORS = ("#2962ff", "#f57c00", "#8e24aa")
TICKS = 6
LENGTH = 20
LINE = 2  # the place of the slider's average among the traces


@dataclass(frozen=True, slots=True)
class View:
    """What the chart shows.

    Attributes
    ----------
    history : Parquet file of the symbol's whole history, adjusted.
    first, stop : numbers of the bars that are sent.
    shown : both ends of the x axis, in bar numbers.
    width, height : of the chart with its axes, pixels.
    """

    history: str
    first: int
    stop: int
    shown: tuple[float, float]
    width: float
    height: float


def build(mode: Mode, view: View) -> Dash:
    """Give the app: a sidebar with a slider, and the chart."""
    history = pd.read_parquet(view.history)
    drawn = figure(history, view)
    app = Dash(__name__)
    slider = dcc.Slider(2, 60, 1, value=LENGTH, marks=None, updatemode="drag", id="length")
    size = {"width": f"{view.width}px", "height": f"{view.height}px"}
    sidebar = html.Aside([html.Label("SMA length", htmlFor="length"), slider], style={"width": "240px"})
    chart = dcc.Graph(id="chart", figure=drawn, style=size)
    app.layout = html.Div([sidebar, chart], style={"display": "flex", "gap": "1rem"})

    @app.callback(Output("chart", "figure"), Input("length", "value"), prevent_initial_call=True)
    def redraw(length: int) -> go.Figure | Patch:
        changed = Patch() if mode == "patch" else go.Figure(drawn)
        changed["data"][LINE]["y"] = _sent(simple(history, length), view)
        return changed

    return app


def simple(history: pd.DataFrame, length: int) -> pd.Series:
    """Compute the simple moving average."""
    return history["close"].rolling(length).mean()


def figure(history: pd.DataFrame, view: View) -> go.Figure:
    """Draw candles, volume and three averages."""
    number = np.arange(view.first, view.stop)
    prices = {name: _sent(history[name], view) for name in ("open", "high", "low", "close")}
    volume = _sent(history["volume"], view)
    rising, falling = ({"line": {"color": color, "width": 1}, "fillcolor": color} for color in (UP, DOWN))
    # Names: a colour scale would spare plotly.py its checks, but costs the browser up to five times the draw.
    colors = [UP if rose else DOWN for rose in prices["close"] >= prices["open"]]
    exponential = history["close"].ewm(span=30, adjust=False).mean()
    averages = {"SMA": simple(history, LENGTH), "SMA 50": simple(history, 50), "EMA 30": exponential}
    lines = [
        go.Scatter(x=number, y=_sent(average, view), mode="lines", line={"color": color, "width": 1.5}, name=name)
        for (name, average), color in zip(averages.items(), COLORS, strict=True)
    ]
    return go.Figure(
        [
            go.Candlestick(x=number, **prices, increasing=rising, decreasing=falling, whiskerwidth=0),
            go.Bar(x=number, y=volume, yaxis="y2", marker={"color": colors, "opacity": 0.45}),
            *lines,
        ],
        _layout(history, view),
    )


def _sent(values: pd.Series, view: View) -> np.ndarray:
    return values.iloc[view.first : view.stop].round(4).to_numpy()


def _layout(history: pd.DataFrame, view: View) -> go.Layout:
    """Give axes whose ranges are those of the visible bars."""
    left, right = view.shown
    seen = history.iloc[max(view.first, round(left)) : round(right)]
    ticks = list(range(view.first, view.stop, (view.stop - view.first) // TICKS))
    margin = 0.05 * (seen["high"].max() - seen["low"].min())
    return go.Layout(
        template="none",
        margin={"l": 0, "r": 64, "t": 0, "b": 26},
        showlegend=False,
        uirevision="kept",
        xaxis={
            "range": view.shown,
            "anchor": "y2",
            "tickvals": ticks,
            "ticktext": [f"{day:%d %b %Y}" for day in history.index[ticks]],
            "tickangle": 0,
            "rangeslider": {"visible": False},
        },
        yaxis={
            "range": [seen["low"].min() - margin, seen["high"].max() + margin],
            "domain": [1 / 6, 1],
            "side": "right",
        },
        yaxis2={"range": [0, 1.1 * seen["volume"].max()], "domain": [0, 1 / 6], "side": "right"},
    )


def server() -> WSGIApplication:
    """Give what waitress serves, as the environment says."""
    logging.getLogger("waitress").setLevel(logging.ERROR)  # a page's first files wait for a thread: not worth a warning
    settings = json.loads(os.environ["DASH_APP"])
    return build(settings["mode"], View(**settings["view"])).server


@contextmanager
def dash_server(mode: Mode, view: View) -> Iterator[str]:
    """Serve the app by waitress in a process of its own, on a free port of the loopback; give the URL."""
    port = _free_port()
    command = [sys.executable, "-m", "waitress", f"--listen=127.0.0.1:{port}", "--call", "tests.bench.dash_app:server"]
    settings = {"PYTHONPATH": str(ROOT), "DASH_APP": json.dumps({"mode": mode, "view": asdict(view)})}
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | settings, stdout=subprocess.DEVNULL)
    try:
        _await_health(process, f"http://127.0.0.1:{port}", "/")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=10)
