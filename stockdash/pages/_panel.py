"""The indicators in the sidebar, each with its parameters, and the chart that they change.

One fragment: moving a slider or zooming runs this and nothing else of the page. Its widgets stand in the sidebar;
the chart it draws stands in `slot`, in the page's body.
"""

from typing import Any

import streamlit as st
from pydantic import ValidationError
from streamlit.delta_generator import DeltaGenerator

from stockdash.charts import Trace
from stockdash.errors import IndicatorError
from stockdash.forms import controls
from stockdash.indicators import Indicator, Params, explain
from stockdash.pages import _controls, _frames, _stage
from stockdash.pages._frames import Shelf
from stockdash.pages._session import Session, write_link
from stockdash.pages._view import MAX_INSTANCES, Instance
from stockdash.registry import Catalog

_ADD = "add"


@st.fragment
def panel(session: Session, catalog: Catalog, of: Shelf, *, slot: DeltaGenerator) -> None:
    """Draw the indicators' cards and the chart."""
    at = _stage.scene(session, of)
    traces: list[Trace] = []
    for number, instance in zip(session.numbers, session.view.instances, strict=True):
        traces += _card(session, catalog.find(instance.indicator_id), instance, at=at, number=number)
    _adder(session, catalog)
    with slot:
        _stage.draw(at, traces, revision=session.revision)
    write_link(session)


def _card(
    session: Session, indicator: Indicator[Any], instance: Instance, *, at: _stage.Scene, number: int
) -> list[Trace]:
    key = f"{indicator.id}.{number}"
    with st.container(border=True, key=f"card-{number}", gap="small"):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap=None):
            title = st.empty()
            st.button(
                "",
                key=f"{key}.remove",
                icon=":material/close:",
                type="tertiary",
                help=f"Remove {indicator.name}",
                on_click=session.remove,
                args=(number,),
            )
        params = _params(indicator, instance, key=key)
        session.tune(number, params)
        title.markdown(f"**{indicator.legend(params)}**", help=indicator.description or None)
        try:
            columns = _frames.answer(at.of, indicator, params, resolution=at.resolution, mode=at.view.adjust)
        except IndicatorError as exc:
            st.error(str(exc), icon=":material/error:")
            return []
    return _stage.traces_of(indicator, params, columns, number=number)


def _params(indicator: Indicator[Any], instance: Instance, *, key: str) -> Params:
    """Draw the controls and give the parameters; the last valid ones while what is set makes no sense."""
    values = instance.params.model_dump(mode="json")
    chosen = _controls.draw(controls(indicator.params), key=key, values=values)
    try:
        params: Params = indicator.params.model_validate(chosen)
    except ValidationError as exc:
        st.error(explain(exc), icon=":material/error:")
        return instance.params
    return params


def _adder(session: Session, catalog: Catalog) -> None:
    if len(session.view.instances) >= MAX_INSTANCES:
        st.caption(f"A chart holds {MAX_INSTANCES} indicators.")
        return
    st.selectbox(
        "Add an indicator",
        options=sorted(catalog.indicators),
        index=None,
        format_func=lambda indicator_id: catalog.indicators[indicator_id].name,
        placeholder="Add an indicator",
        label_visibility="collapsed",
        key=_ADD,
        on_change=_add,
        args=(session, catalog),
    )


def _add(session: Session, catalog: Catalog) -> None:
    chosen = st.session_state[_ADD]
    if chosen is not None:
        session.add(Instance(chosen, catalog.find(chosen).params()))
    st.session_state[_ADD] = None
