"""One indicator on the Plugins page, tried out: its own widgets and a small chart of it alone."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from stockdash.charts import Visible, figure, preset_range
from stockdash.charts.zoomchart import last_zoom, zoomchart
from stockdash.errors import IndicatorError
from stockdash.forms import Blame, Control, controls, shown, validated
from stockdash.indicators import Indicator, Params
from stockdash.pages import _controls, _frames
from stockdash.pages._adder import plain
from stockdash.pages._chain import Call, call_of
from stockdash.pages._failed import Failed, failure_html
from stockdash.pages._guard import Answer, Trouble, guard
from stockdash.pages._instances import Instance
from stockdash.pages._traces import dressed, profile_of, traces_of
from stockdash.registry import Catalog
from stockdash.testing import made_up

_CHART, _KEY = "try-chart", "try"
_HEIGHT = 380
_BARS = 750  # of the made-up ones
_DAY = pd.Timedelta(days=1)


@dataclass(slots=True)
class Trial:
    """What is tried: the last parameters that make sense, and what is wrong with those that are set."""

    indicator: Indicator[Any]
    params: Params
    trouble: Blame | None = None


def trial(indicator: Indicator[Any]) -> Trial:
    """Give this session's trial of an indicator; another indicator begins a new one."""
    present: Trial | None = st.session_state.get(_KEY)
    if present is None or present.indicator is not indicator:
        present = st.session_state[_KEY] = Trial(indicator, indicator.params())
    return present


@st.fragment
def trying(catalog: Catalog, tried: Trial, of: _frames.Shelf | None) -> None:
    """Draw widgets and chart, over the daily bars of a shelf or, without one, over made-up bars."""
    form = controls(tried.indicator.params)
    _widgets(tried, form)
    _chart(catalog, tried, of)


def _widgets(tried: Trial, form: tuple[Control, ...]) -> None:
    key, wrong = _form_key(tried), tried.trouble or Blame()
    with st.container(key="card-try"):
        if not form:
            st.caption("It has no parameters.")
        _controls.draw(_controls.Form(form, key, shown(form, tried.params), partial(_tune, tried), errors=wrong.fields))
        for line in wrong.form:
            st.error(plain(line), icon=":material/error:")


def _tune(tried: Trial, _: Control) -> None:
    form = controls(tried.indicator.params)
    values = _controls.values(form, key=_form_key(tried), start=shown(form, tried.params))
    read: Params | Blame = validated(tried.indicator.params, values)
    tried.trouble = read if isinstance(read, Blame) else None
    if not isinstance(read, Blame):
        tried.params = read


def _form_key(tried: Trial) -> str:
    return f"{_KEY}.{tried.indicator.id}"


def _chart(catalog: Catalog, tried: Trial, of: _frames.Shelf | None) -> None:
    instance, call = Instance(tried.indicator.id, tried.params), None
    try:
        call = call_of(0, (instance,), catalog)
        found = _answer(call, of)
    except IndicatorError as exc:
        found = Trouble("refused", str(exc))
    if isinstance(found, Trouble):
        with st.container(border=True, key="failed-try"):
            failed = Failed(0, tried.indicator.id, call, found)
            st.html(failure_html(failed, catalog.origins.get(tried.indicator.id)))
            if found.frames:
                with st.expander("Where in its code"):
                    st.code(found.frames, language=None)
    _draw(catalog, instance, of, call, found)


def _answer(call: Call, of: _frames.Shelf | None) -> Answer | Trouble:
    if of is None:
        return guard().answer(call, f"made up {call.key}", lambda: made_up.daily(_BARS))
    if call.indicator.sees == "visible":
        sessions = pd.DatetimeIndex(_frames.history(of, "1d", "all").bars.index)
        visible = _visible(f"{call.indicator.id} {of.symbol}", sessions)
        return _frames.in_sight(of, call, visible=visible, resolution="1d", mode="all", guard=guard())
    return _frames.answer(of, call, resolution="1d", mode="all", guard=guard())


def _draw(
    catalog: Catalog, instance: Instance, of: _frames.Shelf | None, call: Call | None, found: Answer | Trouble
) -> None:
    bars = made_up.daily(_BARS) if of is None else _frames.history(of, "1d", "all").bars
    traces = []
    if call is not None and isinstance(found, Answer):
        [drawn] = dressed((instance,), catalog)
        pane = "price" if call.home is None else "own"
        if call.indicator.sees == "visible":
            traces = profile_of(drawn, found.columns, legend=call.legend, group="", bars=bars)
        else:
            traces = traces_of(drawn, found.columns, legend=call.legend, pane=pane, bars=bars)
    revision = f"{instance.indicator_id} {of.symbol if of else ''}"
    sessions = pd.DatetimeIndex(bars.index)
    payload = figure(
        bars,
        visible=_visible(revision, sessions),
        resolution="1d",
        revision=revision,
        traces=traces,
        volume=False,
        extent=(sessions[0], sessions[-1] + _DAY),
        title=_title(of),
    )
    zoomchart(payload, key=_CHART, height=_HEIGHT)


def _visible(revision: str, sessions: pd.DatetimeIndex) -> Visible:
    zoom = last_zoom(_CHART, revision)
    return (zoom.start, zoom.end) if zoom is not None else preset_range("6M", sessions)


def _title(of: _frames.Shelf | None) -> str:
    if of is None:
        return "MADE-UP DATA"
    return f"{of.symbol} · MADE-UP DATA" if of.made_up else of.symbol
