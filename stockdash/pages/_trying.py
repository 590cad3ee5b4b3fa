"""One indicator on the Plugins page, tried out: its own widgets and a small chart of it alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd
import streamlit as st

from stockdash.charts import Trace, Visible, figure, preset_range
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
from stockdash.pages._traces import Drawn, dressed, profile_of, traces_of
from stockdash.pages._unreadable import store_errors_told
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


@dataclass(frozen=True, slots=True, eq=False)
class _Ground:
    """What it is tried on: the daily bars of `of`, or made-up ones, and which of them are in sight."""

    of: _frames.Shelf | None
    bars: pd.DataFrame
    visible: Visible
    revision: str


def trial(indicator: Indicator[Any]) -> Trial:
    """Give this session's trial of an indicator; another indicator begins a new one."""
    present: Trial | None = st.session_state.get(_KEY)
    if present is None or present.indicator is not indicator:
        present = st.session_state[_KEY] = Trial(indicator, indicator.params())
    return present


@st.fragment
@store_errors_told(_KEY)
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
    ground = _ground(tried, of)
    instance, call = Instance(tried.indicator.id, tried.params), None
    try:
        call = call_of(0, (instance,), catalog)
        found = _answer(call, ground)
    except IndicatorError as exc:
        found = Trouble("refused", str(exc))
    if isinstance(found, Trouble):
        _tell(Failed(0, tried.indicator.id, call, found), catalog)
    traces: list[Trace] = []
    if call is not None and isinstance(found, Answer):
        traces = _traces(dressed((instance,), catalog)[0], call, found, ground.bars)
    _draw(ground, traces)


def _ground(tried: Trial, of: _frames.Shelf | None) -> _Ground:
    bars = made_up.daily(_BARS) if of is None else _frames.history(of, "1d", "all").bars
    revision = f"{tried.indicator.id} {of.symbol if of else ''}"
    zoom = last_zoom(_CHART, revision)
    visible = (zoom.start, zoom.end) if zoom is not None else preset_range("6M", pd.DatetimeIndex(bars.index))
    return _Ground(of, bars, visible, revision)


def _answer(call: Call, ground: _Ground) -> Answer | Trouble:
    of, sees_all = ground.of, call.indicator.sees != "visible"
    if of is None:
        bars = ground.bars if sees_all else ground.bars.loc[ground.visible[0] : ground.visible[1]]
        return guard().answer(call, f"made up {len(bars)} {ground.visible[0]} {call.key}", lambda: bars)
    if sees_all:
        return _frames.answer(of, call, resolution="1d", mode="all", guard=guard())
    return _frames.in_sight(of, call, visible=ground.visible, resolution="1d", mode="all", guard=guard())


def _traces(drawn: Sequence[Drawn], call: Call, found: Answer, bars: pd.DataFrame) -> list[Trace]:
    if call.indicator.sees == "visible":
        return profile_of(drawn, found.columns, legend=call.legend, group=_KEY, bars=bars)
    pane = "price" if call.home is None else "own"
    return traces_of(drawn, found.columns, legend=call.legend, pane=pane, bars=bars)


def _tell(failed: Failed, catalog: Catalog) -> None:
    with st.container(border=True, key="failed-try"):
        st.html(failure_html(failed, catalog.origins.get(failed.indicator_id)))
        if failed.call is not None and failed.trouble.kind == "off":
            st.button("Switch on again", key="try.on", on_click=guard().switch_on, args=(failed.call,))
        elif failed.trouble.key:
            st.button("Try again", key="try.again", on_click=guard().try_again, args=(failed.trouble.key,))
        if failed.trouble.frames:
            with st.expander("Where in its code"):
                st.code(failed.trouble.frames, language=None)


def _draw(ground: _Ground, traces: list[Trace]) -> None:
    of, sessions = ground.of, pd.DatetimeIndex(ground.bars.index)
    made_up_title = "MADE-UP DATA" if of is None else f"{of.symbol} · MADE-UP DATA"
    payload = figure(
        ground.bars,
        visible=ground.visible,
        resolution="1d",
        revision=ground.revision,
        traces=traces,
        volume=False,
        extent=(sessions[0], sessions[-1] + _DAY),
        title=made_up_title if of is None or of.made_up else of.symbol,
    )
    zoomchart(payload, key=_CHART, height=_HEIGHT)
