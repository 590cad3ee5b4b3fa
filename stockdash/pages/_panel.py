"""The indicators in the sidebar, each a card with its parameters.

Moving one of their widgets runs its callback and the chart, nothing else of the page.
"""

from functools import partial
from typing import Any

import streamlit as st
from pydantic import ValidationError

from stockdash.forms import controls
from stockdash.indicators import Indicator, explain
from stockdash.pages import _controls
from stockdash.pages._session import Session
from stockdash.pages._stage import CHART
from stockdash.pages._view import MAX_INSTANCES, Instance
from stockdash.registry import Catalog

_ADD = "add"


def panel(session: Session, catalog: Catalog) -> None:
    """Draw the indicators' cards and what adds another."""
    st.html("<h2 class=sd-section>Indicators</h2>")
    for number, instance in zip(session.numbers, session.view.instances, strict=True):
        # A fragment of its own, so that its callback can have it drawn again to show what is wrong.
        st.fragment(_card, key=_card_key(number))(session, catalog.find(instance.indicator_id), number)
    _adder(session, catalog)


def _card(session: Session, indicator: Indicator[Any], number: int) -> None:
    instance = session.instance(number)
    with st.container(border=True, key=_card_key(number)):
        with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap=None):
            st.markdown(f"**{indicator.name}**", help=indicator.description or None)
            st.button(
                f"Remove {indicator.legend(instance.params)}",
                key=f"{indicator.id}.{number}.remove",
                icon=":material/close:",
                type="tertiary",
                on_click=_remove,
                args=(session, number),
            )
        _controls.draw(
            controls(indicator.params),
            key=f"{indicator.id}.{number}",
            start=instance.params.model_dump(mode="json"),
            on_change=partial(_tune, session, indicator, number),
        )
        if trouble := session.troubles.get(number):
            st.error(trouble, icon=":material/error:")


def _tune(session: Session, indicator: Indicator[Any], number: int) -> None:
    """Take over what the widgets say; the last valid parameters stay while it makes no sense."""
    key = f"{indicator.id}.{number}"
    had_trouble = session.troubles.pop(number, None) is not None
    try:
        session.tune(number, indicator.params.model_validate(_controls.values(controls(indicator.params), key=key)))
    except ValidationError as exc:
        session.troubles[number] = explain(exc)
    if had_trouble or number in session.troubles:
        st.rerun([CHART, _card_key(number)])
    st.rerun(CHART)


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


def _remove(session: Session, number: int) -> None:
    session.remove(number)
    st.rerun()


def _card_key(number: int) -> str:
    return f"card-{number}"
