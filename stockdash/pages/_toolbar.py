"""The row above the chart: range, interval, style and what else is shown."""

from datetime import UTC, date, datetime, timedelta
from typing import get_args

import pandas as pd
import streamlit as st

from stockdash.charts import PRESETS, STYLES, preset_range
from stockdash.pages import _frames
from stockdash.pages._frames import Shelf
from stockdash.pages._session import Session
from stockdash.pages._stage import CHART, RANGES
from stockdash.pages._unreadable import store_errors_told
from stockdash.pages._view import Adjust, Pinned, View

_DISPLAY = "display"
_INTERVALS: dict[str, str] = {"auto": "Auto", "30m": "30 min", "1d": "Day", "1wk": "Week", "1mo": "Month"}
_STYLE_NAMES: dict[str, str] = {"candles": "Candles", "ohlc": "OHLC bars", "line": "Line", "heikin-ashi": "Heikin-Ashi"}
_ADJUST_NAMES: dict[str, str] = {"all": "Splits and dividends", "splits": "Splits", "none": "None, as traded"}
_TOGGLES = {"log": "Logarithmic scale", "volume": "Volume", "events": "Dividends and splits"}
_FIRST_DAY, _LAST_DAY = date(1920, 1, 1), date(2099, 12, 31)


def seed(view: View) -> None:
    """Set the widgets to `view`, before they are drawn."""
    st.session_state.update(
        {
            "range": None if view.start else view.preset,
            "interval": view.interval,
            "style": view.style,
        }
    )


def toolbar(session: Session, of: Shelf) -> None:
    """Draw the row; each widget changes the view and has the chart drawn again, nothing else of the page."""
    with st.container(horizontal=True, vertical_alignment="center", gap="small", key="toolbar"):
        _ranges(session)
        st.segmented_control(
            "Interval",
            get_args(Pinned),
            key="interval",
            required=True,
            format_func=_INTERVALS.__getitem__,
            label_visibility="collapsed",
            on_change=_pick,
            args=(session, "interval"),
        )
        st.selectbox(
            "Style",
            STYLES,
            key="style",
            format_func=_STYLE_NAMES.__getitem__,
            label_visibility="collapsed",
            width=132,
            on_change=_pick,
            args=(session, "style"),
        )
        _display(session, of)


@st.fragment(key=RANGES)
def _ranges(session: Session) -> None:
    """Draw the range buttons, in a fragment of their own: a zoom switches them off."""
    lit = None if session.view.start else session.view.preset
    if st.session_state.get("range", lit) != lit:
        st.session_state["range"] = lit
    st.segmented_control(
        "Range", PRESETS, key="range", on_change=_pick_range, args=(session,), label_visibility="collapsed"
    )


def shown_days(view: View, sessions: pd.DatetimeIndex) -> tuple[date, date]:
    """Give the first and the last day of what `view` shows; `sessions` are the index of the daily bars."""
    start, end = preset_range(view.preset, sessions)
    if view.start is not None and view.end is not None:
        start, end = pd.Timestamp(view.start), pd.Timestamp(view.end)
    first, last = (min(max(moment.date(), _FIRST_DAY), _LAST_DAY) for moment in (start, end - timedelta(seconds=1)))
    return first, last


@st.fragment(key=_DISPLAY)
@store_errors_told(_DISPLAY)
def _display(session: Session, of: Shelf) -> None:
    """Draw the switches, while they are open, as the view is then."""
    with st.popover("Display", icon=":material/tune:", key=_DISPLAY, on_change="rerun") as drawer:
        if drawer.open:
            _switches(session)
            _days(session, of)


def _switches(session: Session) -> None:
    for name, label in _TOGGLES.items():
        st.session_state[name] = getattr(session.view, name)
        st.toggle(label, key=name, on_change=_pick, args=(session, name))
    st.session_state["adjust"] = session.view.adjust
    st.radio(
        "Prices adjusted for",
        get_args(Adjust),
        key="adjust",
        format_func=_ADJUST_NAMES.__getitem__,
        on_change=_pick,
        args=(session, "adjust"),
    )


def _days(session: Session, of: Shelf) -> None:
    st.date_input(
        "From and to",
        value=shown_days(session.view, _frames.outline(of).sessions),  # what is picked since goes before it
        min_value=_FIRST_DAY,
        max_value=_LAST_DAY,
        key="days",
        on_change=_pick_days,
        args=(session,),
    )


def _pick(session: Session, name: str) -> None:
    session.show(**{name: st.session_state[name]})
    st.rerun(CHART)


def _pick_range(session: Session) -> None:
    chosen = st.session_state["range"]
    session.show_range(preset=chosen or session.view.preset, start=None, end=None)
    st.session_state.pop("days", None)
    if chosen is None:
        # Pressing the button that is on lets it go: it stays on.
        st.rerun([CHART, RANGES])
    st.rerun(CHART)


def _pick_days(session: Session) -> None:
    days = st.session_state["days"]
    if len(days) == 2:  # noqa: PLR2004 - one day means that the second is still to come
        first, last = (datetime(day.year, day.month, day.day, tzinfo=UTC) for day in days)
        session.show_range(start=first, end=last + timedelta(days=1))
        st.rerun([CHART, RANGES])
