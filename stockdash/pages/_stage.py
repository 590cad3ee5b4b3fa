"""The chart of the page: the view and what is stored become a figure."""

from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from stockdash.adjust import Mode
from stockdash.charts import Resolution, Trace, Visible, figure, preset_range, resolution_for, snapped
from stockdash.charts.zoomchart import last_zoom, zoomchart
from stockdash.errors import IndicatorError, PluginError
from stockdash.pages import _frames
from stockdash.pages._chain import Call, call_of
from stockdash.pages._engine import engine
from stockdash.pages._failed import Failed, Missing, missing
from stockdash.pages._frames import Outline, Shelf
from stockdash.pages._guard import Answer, Guard, Trouble, guard
from stockdash.pages._session import Session
from stockdash.pages._traces import dressed, profile_of, traces_of
from stockdash.pages._view import View
from stockdash.registry import Catalog

CHART, RANGES, BELOW = "chart", "ranges", "below"

_HEIGHT = 900  # more than most screens have: the chart takes what there is
_DAY = pd.Timedelta(days=1)
_LONGEST_WEEKEND = pd.Timedelta(days=4)


@dataclass(frozen=True, slots=True)
class _Sight:
    """What is looked at: all bars of `resolution`, or the finest ones in the `visible` range."""

    of: Shelf
    mode: Mode
    resolution: Resolution
    visible: Visible

    def answer(self, call: Call, keeper: Guard) -> Answer | Trouble:
        """Give what `call` answers over what it is to see."""
        if call.indicator.sees == "visible":
            return self._in_sight(call, keeper)
        return _frames.answer(self.of, call, resolution=self.resolution, mode=self.mode, guard=keeper)

    def _in_sight(self, call: Call, keeper: Guard) -> Answer | Trouble:
        index = pd.DatetimeIndex(_frames.history(self.of, self.resolution, self.mode).bars.index)
        whole = snapped(index, self.visible, self.resolution) if len(index) else self.visible
        first = _intraday_from(self.visible, _frames.outline(self.of))
        finest: Resolution = "30m" if first is not None and first.floor("D") <= whole[0] else "1d"
        return _frames.in_sight(self.of, call, visible=whole, resolution=finest, mode=self.mode, guard=keeper)


def stage(session: Session, catalog: Catalog, of: Shelf) -> None:
    """Draw the chart as the view says, keep the link in step, and tell below it what is missing."""
    session.told = None
    _chart(session, catalog, of)
    st.fragment(missing)(session, catalog, key=BELOW, chart=CHART)


@st.fragment(key=CHART)
def _chart(session: Session, catalog: Catalog, of: Shelf) -> None:
    """Draw the chart. Zooming runs this again and nothing else of the page; so does ``st.rerun(CHART)``."""
    _follow_zoom(session)
    view, outline = session.view, _frames.outline(of)
    visible = _visible(view, outline.sessions)
    resolution = _resolution(view, visible, outline)
    history = _frames.history(of, resolution, view.adjust)
    sight = _Sight(of, view.adjust, resolution, visible)
    traces, failed = _traces(session, catalog, sight, bars=history.bars)
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
        below=BELOW,
    )
    is_coarser = view.interval not in {"auto", resolution}
    remark = f"No 30-minute bars of {view.symbol} are stored; showing daily ones." if is_coarser else ""
    session.missing = Missing(remark, tuple(failed))
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


def _traces(
    session: Session, catalog: Catalog, sight: _Sight, *, bars: pd.DataFrame
) -> tuple[list[Trace], list[Failed]]:
    """Give the traces of every indicator that could be computed, and why the others could not."""
    traces: list[Trace] = []
    failed: list[Failed] = []
    view, numbers, keeper, verdict = session.view, session.numbers, guard(), engine().verdict
    for place, drawn in enumerate(dressed(view.instances, catalog)):
        instance, number = view.instances[place], numbers[place]
        if instance.hidden or (drawn and not any(one.visible for one in drawn)):
            continue
        call: Call | None = None
        try:
            call = call_of(place, view.instances, catalog)
            found = sight.answer(call, keeper)
            home = call.home
        except (IndicatorError, PluginError) as exc:
            failed.append(Failed(number, instance.indicator_id, call, Trouble("refused", str(exc))))
            continue
        if isinstance(found, Trouble):
            failed.append(Failed(number, instance.indicator_id, call, found))
            if found.kind == "late":
                session.seconds[number] = keeper.budget_seconds
            continue
        session.seconds[number] = found.seconds
        if call.indicator.sees == "visible":
            traces += profile_of(drawn, found.columns, legend=call.legend, group=str(number), bars=bars)
            continue
        pane = "price" if home is None else f"{home.indicator.id}.{numbers[home.place]}"
        legend = f"{call.legend} {verdict(instance.indicator_id).warning}".rstrip()
        traces += traces_of(drawn, found.columns, legend=legend, pane=pane, bars=bars)
    return traces, failed


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
