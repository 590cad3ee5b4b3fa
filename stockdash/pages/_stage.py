"""The chart of the page: the view and what is stored become a figure."""

from functools import partial
from urllib.parse import urlencode

import numpy as np
import pandas as pd
import streamlit as st

from stockdash.charts import Resolution, Trace, Visible, figure, preset_range, resolution_for
from stockdash.charts.zoomchart import last_zoom, zoomchart
from stockdash.errors import IndicatorError
from stockdash.indicators import Output
from stockdash.pages import _frames
from stockdash.pages._chain import Call, call_of
from stockdash.pages._frames import Columns, Outline, Shelf
from stockdash.pages._session import Session
from stockdash.pages._view import View
from stockdash.registry import Catalog

CHART, RANGES = "chart", "ranges"

_HEIGHT = 900  # more than most screens have: the chart takes what there is
_DAY = pd.Timedelta(days=1)
_LONGEST_WEEKEND = pd.Timedelta(days=4)


@st.fragment(key=CHART)
def stage(session: Session, catalog: Catalog, of: Shelf) -> None:
    """Draw the chart as the view says, and keep the link in step.

    Zooming runs this again and nothing else of the page; so does a callback that ends in ``st.rerun(CHART)``.
    """
    _follow_zoom(session)
    view, outline = session.view, _frames.outline(of)
    visible = _visible(view, outline.sessions)
    resolution = _resolution(view, visible, outline)
    history = _frames.history(of, resolution, view.adjust)
    traces, troubles = _traces(session, catalog, of, resolution=resolution, bars=history.bars)
    if view.interval not in {"auto", resolution}:
        troubles.append(f"No 30-minute bars of {view.symbol} are stored; showing daily ones.")
    payload = figure(
        history.bars,
        visible=visible,
        resolution=resolution,
        revision=session.revision,
        traces=traces,
        markers=outline.markers if view.events else (),
        style=view.style,
        log=view.log,
        volume=view.volume,
        provisional=history.provisional,
        extent=(outline.sessions[0], outline.sessions[-1] + _DAY),
        title=f"{view.symbol} · MADE-UP DATA" if of.made_up else view.symbol,
    )
    zoomchart(
        payload,
        key=CHART,
        height=_HEIGHT,
        link=f"?{urlencode(session.link, doseq=True)}",
        on_zoom=partial(_leave_range, session),
    )
    if troubles:
        st.error("\n\n".join(troubles), icon=":material/error:")


def _leave_range(session: Session) -> None:
    """Switch the range button off when a gesture leaves its range."""
    was_on = session.view.start is None
    _follow_zoom(session)
    if was_on and session.view.start is not None:
        st.rerun([CHART, RANGES])


def _follow_zoom(session: Session) -> None:
    zoom = last_zoom(CHART, session.revision)
    if zoom is not None:
        session.show(start=zoom.start.floor("min").to_pydatetime(), end=zoom.end.ceil("min").to_pydatetime())


def _traces(
    session: Session, catalog: Catalog, of: Shelf, *, resolution: Resolution, bars: pd.DataFrame
) -> tuple[list[Trace], list[str]]:
    """Give the traces of every indicator that could be computed, and why the others could not."""
    traces: list[Trace] = []
    troubles: dict[str, None] = {}  # each once: what fails takes down those that have it as their source
    view, numbers = session.view, session.numbers
    for place, number in enumerate(numbers):
        try:
            call = call_of(place, view.instances, catalog)
            answer = _frames.answer(of, call, resolution=resolution, mode=view.adjust)
        except IndicatorError as exc:
            troubles[str(exc)] = None
        else:
            session.seconds[number] = answer.seconds
            home = call.home
            pane = "price" if home is None else f"{home.indicator.id}.{numbers[home.place]}"
            traces += traces_of(call, answer.columns, pane=pane, bars=bars)
    return traces, list(troubles)


def traces_of(call: Call, columns: Columns, *, pane: str, bars: pd.DataFrame) -> list[Trace]:
    """Give one trace for each output, and one for each area between two of them. `bars` are those that are drawn."""
    outputs, legend = call.indicator.outputs_of(call.params), call.legend
    # The readout names the indicator once; an area is told by the two lines around it.
    names = [legend] if len(outputs) == 1 else [f"{legend} {outputs[0].label}", *(it.label for it in outputs[1:])]
    areas = [_area(output, columns, pane=pane) for output in outputs if output.fill_to]
    lines = [_line(output, columns, bars, pane=pane, name=name) for output, name in zip(outputs, names, strict=True)]
    return areas + lines


def _line(output: Output, columns: Columns, bars: pd.DataFrame, *, pane: str, name: str) -> Trace:
    values = columns[output.name]
    if output.draw == "markers":
        places = np.select([values > 0, values < 0], [bars["low"], bars["high"]], default=np.nan)
        return Trace(name=name, values=places, kind="points", color=output.color)
    return Trace(name=name, values=values, kind=output.draw, color=output.color, pane=pane, levels=output.levels)


def _area(output: Output, columns: Columns, *, pane: str) -> Trace:
    return Trace(
        name="",
        values=columns[output.name],
        base=columns[output.fill_to],
        kind="band",
        color=output.color,
        pane=pane,
    )


def _visible(view: View, sessions: pd.DatetimeIndex) -> Visible:
    if view.start is not None and view.end is not None:
        return pd.Timestamp(view.start).as_unit("us"), pd.Timestamp(view.end).as_unit("us")
    return preset_range(view.preset, sessions)


def _resolution(view: View, visible: Visible, outline: Outline) -> Resolution:
    if view.interval == "30m" and outline.intraday is None:
        return "1d"
    if view.interval != "auto":
        return view.interval
    return resolution_for(visible, intraday_from=_intraday_from(visible, outline))


def _intraday_from(visible: Visible, outline: Outline) -> pd.Timestamp | None:
    """Give the start of the 30-minute bars; None when they end too long before what is visible does."""
    if outline.intraday is None:
        return None
    first, last = outline.intraday
    return first if min(visible[1], outline.sessions[-1] + _DAY) - last <= _LONGEST_WEEKEND else None
