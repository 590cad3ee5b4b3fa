"""The chart of the page: the view and what is stored become a figure."""

from functools import partial
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from stockdash.charts import Resolution, Visible, figure, preset_range, resolution_for
from stockdash.charts.zoomchart import last_zoom, zoomchart
from stockdash.pages import _frames
from stockdash.pages._computed import Sight, computed, intraday_from, next_steps
from stockdash.pages._failed import Missing, missing
from stockdash.pages._frames import Outline, Shelf
from stockdash.pages._session import Session
from stockdash.pages._steps import follow_focus
from stockdash.pages._unreadable import store_errors_told
from stockdash.pages._view import View
from stockdash.registry import Catalog

CHART, RANGES, BELOW, CARDS = "chart", "ranges", "below", "cards"

_HEIGHT = 900  # more than most screens have: the chart takes what there is
_DAY = pd.Timedelta(days=1)
_LONGEST_BAR = pd.Timedelta(days=31)


def stage(session: Session, catalog: Catalog, of: Shelf) -> None:
    """Draw the chart as the view says, keep the link in step, and tell below it what is missing."""
    session.told = None
    _chart(session, catalog, of)
    st.fragment(missing)(session, catalog, key=BELOW, chart=CHART)


@st.fragment(key=CHART)
@store_errors_told(CHART)
def _chart(session: Session, catalog: Catalog, of: Shelf) -> None:
    """Draw the chart. Zooming runs this again and nothing else of the page; so does ``st.rerun(CHART)``."""
    _follow_zoom(session)
    view, outline = session.view, _frames.outline(of)
    visible = _visible(view, outline.sessions)
    resolution = _resolution(view, visible, outline)
    history = _frames.history(of, resolution, view.adjust)
    sight = Sight(of, history, view.adjust, resolution, visible)
    found = computed(session, catalog, sight)
    payload = figure(
        history.bars,
        visible=visible,
        resolution=resolution,
        revision=session.revision,
        traces=found.traces,
        markers=_frames.markers(of, view.adjust) if view.events else (),
        style=view.style,
        log=view.log,
        volume=view.volume,
        provisional=history.provisional,
        exact=view.start is not None,
        extent=(outline.sessions[0], outline.sessions[-1] + _DAY),
        title=f"{view.symbol} · MADE-UP DATA" if of.made_up else view.symbol,
    )
    zoomchart(
        payload,
        key=CHART,
        height=_HEIGHT,
        link=f"?{urlencode(session.give(), doseq=True)}",
        on_zoom=partial(_leave_range, session),
        below=BELOW,
        slider=next_steps(session, catalog, sight, found),
        sliders=CARDS,
        on_focus=partial(follow_focus, session, catalog),
    )
    session.missing = Missing(_remark(view, resolution, visible, history.bars), tuple(found.failed))
    if session.told not in (None, session.missing):
        st.rerun()


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


def _remark(view: View, resolution: Resolution, visible: Visible, bars: pd.DataFrame) -> str:
    """Say what is shown in the place of what was asked for; nothing where it is the same."""
    if view.interval not in {"auto", resolution}:
        return f"No 30-minute bars of {view.symbol} are stored; showing daily ones."
    if bars.empty or (bars.index[0] < visible[1] and bars.index[-1] >= visible[0] - _LONGEST_BAR):
        return ""
    first, last = (f"{at.day} {at:%b %Y}" for at in (bars.index[0], bars.index[-1]))
    kind = "30-minute bars" if resolution == "30m" else "bars"
    return (
        f"No {kind} of {view.symbol} are stored for this range; they reach from {first} to {last}. Showing the nearest."
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
    return resolution_for(visible, intraday_from=intraday_from(visible, outline))
