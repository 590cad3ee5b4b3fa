"""The chart in the browser: `zoomchart` draws what `figure` gave and tells which range the user has zoomed to.

A gesture (wheel, drag, pinch, arrow keys) moves the chart at once, from the bars it has; when it ends, the
component sends the visible times once. Read them with `last_zoom` before building the next figure, so that one
rerun is enough. The browser's side is in `browser/`: plain modules, no build step. plotly.js comes from the
route in `stockdash.plotlyjs`, which `st.App` must mount.
"""

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import pandas as pd
import streamlit as st

from stockdash.plotlyjs import plotly_path

COMPONENT = "stockdash.zoomchart"

# The years pandas can hold in microseconds are wider; no exchange is older, no bar newer.
_FIRST_MINUTE = pd.Timestamp("1800-01-01", tz="UTC").timestamp() / 60
_LAST_MINUTE = pd.Timestamp("2200-01-01", tz="UTC").timestamp() / 60


@dataclass(frozen=True, slots=True)
class Zoom:
    """The UTC range that a gesture of the user ended on, start inclusive and end exclusive."""

    start: pd.Timestamp
    end: pd.Timestamp


@dataclass(frozen=True, slots=True)
class Slider:
    """The slider that a figure follows, and what its next steps would change.

    Attributes
    ----------
    key : of the widget.
    value : what it shows in the figure.
    near : by values next to it, what `stockdash.charts.changes` gave. The browser draws one of these as soon as the
        slider shows it; the run that the step causes then says the same.
    """

    key: str
    value: float
    near: Mapping[float, Mapping[int, str]]


@dataclass(frozen=True, slots=True)
class _Memory:
    """The last zoom of a revision: Streamlit forgets a component's state when a run does not draw it.

    What is already in the state when a revision comes back (3M, 1M, 3M) is stale and not this revision's zoom.
    """

    revision: str
    stale: object
    zoom: Zoom | None = None


def zoomchart(  # noqa: PLR0913 (what a chart is told by the page around it)
    payload: bytes,
    *,
    key: str,
    height: int = 620,
    link: str = "",
    on_zoom: Callable[[], None] | None = None,
    below: str = "",
    slider: Slider | None = None,
    sliders: str = "",
    on_focus: Callable[[object], None] | None = None,
) -> None:
    """Draw `payload`, which `stockdash.charts.figure` made, `height` pixels high (less on low screens).

    `link` ("?symbol=NVDA") replaces the words in the browser's address line. Writing ``st.query_params`` does that
    too, but has Streamlit render the whole page again: 13 ms of each step of a slider.
    `below` is the key of a container under the chart that is to stay on the screen; it need not be there.
    `slider` is the one that `payload` follows. When another one in the container of key `sliders` comes into focus,
    `on_focus` is called with the class that Streamlit gives its widget, before the run that may bring its next steps.
    `on_zoom` is called before the run that a gesture causes, and may end in ``st.rerun`` of more than the chart.
    """
    told = {"height": height, "link": link, "below": below, "slider": slider and _told(slider), "sliders": sliders}
    door = orjson.dumps({"plotly": plotly_path(), **told})
    _component()(
        key=key,
        data=door + b"\n" + payload,
        on_zoom_change=on_zoom or _nothing,
        on_focus_change=functools.partial(_focused, key, on_focus) if on_focus else _nothing,
    )


def last_zoom(key: str, revision: str) -> Zoom | None:
    """Give the range the user has zoomed to in the chart `key` since `revision` was last taken up, None for none."""
    state = st.session_state.get(key)
    sent = state.get("zoom") if state is not None else None
    memory: _Memory | None = st.session_state.get(f"{key}.zoom")
    if memory is None or memory.revision != revision:
        memory = _Memory(revision, stale=sent)
    if sent != memory.stale:
        memory = _Memory(revision, stale=sent, zoom=read_zoom(sent, revision) or memory.zoom)
    st.session_state[f"{key}.zoom"] = memory
    return memory.zoom


def read_zoom(sent: object, revision: str) -> Zoom | None:
    """Give the range in what the browser sent; None for another revision's and for anything malformed."""
    if not isinstance(sent, dict) or sent.get("revision") != revision:
        return None
    start, end = _moment(sent.get("start")), _moment(sent.get("end"))
    return Zoom(start, end) if start is not None and end is not None and start < end else None


def _focused(key: str, on_focus: Callable[[object], None]) -> None:
    on_focus(st.session_state[key].get("focus"))


def _told(slider: Slider) -> dict[str, object]:
    near = [[value, list(lines.items())] for value, lines in slider.near.items()]
    return {"key": slider.key, "value": slider.value, "near": near}


def _moment(minute: object) -> pd.Timestamp | None:
    if isinstance(minute, bool) or not isinstance(minute, int | float) or not math.isfinite(minute):
        return None
    if not _FIRST_MINUTE <= minute <= _LAST_MINUTE:
        return None
    return pd.Timestamp(round(minute * 60), unit="s", tz="UTC").as_unit("us")


@functools.cache
def _component() -> Callable[..., Any]:
    # Registered at first use: outside a running app (a test, the worker) registering raises.
    return st.components.v2.component(COMPONENT, js="index.js", css="zoomchart.css", isolate_styles=False)


def _nothing() -> None:
    """Tell Streamlit that a name is a state or trigger of the component; it needs a callback for that."""
