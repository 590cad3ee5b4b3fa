"""The chart of the page: the view and what is stored become a figure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import streamlit as st

from stockdash.charts import Resolution, Trace, Visible, figure, preset_range, resolution_for
from stockdash.charts.zoomchart import last_zoom, zoomchart
from stockdash.indicators import Indicator, Output, Params
from stockdash.pages import _frames
from stockdash.pages._frames import Shelf
from stockdash.pages._session import Session
from stockdash.pages._view import View
from stockdash.query import History

CHART_KEY = "chart"

_HEIGHT = 600
_PANE_HEIGHT = 130
_DAY = pd.Timedelta(days=1)
_NAMES: dict[Resolution, str] = {"30m": "30-minute", "1d": "daily", "1wk": "weekly", "1mo": "monthly"}


@dataclass(frozen=True, slots=True)
class Scene:
    """What is about to be drawn: of whom, which bars of them, and the range to show first."""

    of: Shelf
    view: View
    resolution: Resolution
    history: History
    visible: Visible
    extent: Visible
    note: str = ""


def scene(session: Session, of: Shelf) -> Scene:
    """Take over the range that the user has zoomed to, and choose the bars for it."""
    zoom = last_zoom(CHART_KEY, session.revision)
    if zoom is not None:
        session.show(start=zoom.start.floor("min").to_pydatetime(), end=zoom.end.ceil("min").to_pydatetime())
    view = session.view
    daily = _frames.history(of, "1d", view.adjust)
    visible = _visible(view, daily)
    resolution, note = _resolution(view, visible, intraday_from=_frames.intraday_from(of))
    return Scene(
        of=of,
        view=view,
        resolution=resolution,
        history=daily if resolution == "1d" else _frames.history(of, resolution, view.adjust),
        visible=visible,
        extent=(daily.bars.index[0], daily.bars.index[-1] + _DAY),
        note=note,
    )


def draw(at: Scene, traces: Sequence[Trace], *, revision: str) -> None:
    """Draw the chart."""
    view = at.view
    payload = figure(
        at.history.bars,
        visible=at.visible,
        resolution=at.resolution,
        revision=revision,
        traces=traces,
        markers=_frames.markers(at.of) if view.events else (),
        style=view.style,
        log=view.log,
        volume=view.volume,
        provisional=at.history.provisional,
        extent=at.extent,
        title=f"{view.symbol} · MADE-UP DATA" if at.of.made_up else view.symbol,
    )
    panes = len({trace.pane for trace in traces} - {"price"})
    zoomchart(payload, key=CHART_KEY, height=_HEIGHT + _PANE_HEIGHT * panes)
    if at.note:
        st.caption(at.note)


def traces_of(indicator: Indicator[Any], params: Params, columns: pd.DataFrame, *, number: int) -> list[Trace]:
    """Give one trace for each output, and one for each area between two of them."""
    outputs = indicator.outputs_of(params)
    pane = "price" if indicator.pane_of(params) == "price" else f"{indicator.id}.{number}"
    legend = indicator.legend(params)
    areas = [_area(output, columns, legend=legend, pane=pane) for output in outputs if output.fill_to]
    lines = [
        Trace(
            name=legend if len(outputs) == 1 else f"{legend} {output.label}",
            values=columns[output.name].to_numpy(),
            kind=output.draw,
            color=output.color,
            pane=pane,
            levels=output.levels,
        )
        for output in outputs
    ]
    return areas + lines


def _area(output: Output, columns: pd.DataFrame, *, legend: str, pane: str) -> Trace:
    return Trace(
        name=f"{legend} band",
        values=columns[output.name].to_numpy(),
        base=columns[output.fill_to].to_numpy(),
        kind="band",
        color=output.color,
        pane=pane,
    )


def _visible(view: View, daily: History) -> Visible:
    if view.start is not None and view.end is not None:
        return pd.Timestamp(view.start).as_unit("us"), pd.Timestamp(view.end).as_unit("us")
    return preset_range(view.preset, pd.DatetimeIndex(daily.bars.index))


def _resolution(view: View, visible: Visible, *, intraday_from: pd.Timestamp | None) -> tuple[Resolution, str]:
    fitting = resolution_for(visible, intraday_from=intraday_from)
    if view.interval == "auto":
        return fitting, ""
    if view.interval == "30m" and intraday_from is None:
        return "1d", f"No 30-minute bars of {view.symbol} are stored; showing daily ones."
    return view.interval, ""
