"""The part of an indicator's card that says how its outputs look, drawn only while it is laid open.

A change is taken over and the chart drawn again; nothing is computed.
"""

from dataclasses import replace
from typing import Any

import streamlit as st

from stockdash.pages._looks import WIDTHS, Look
from stockdash.pages._session import Session
from stockdash.pages._stage import CHART
from stockdash.pages._traces import Drawn, dressed
from stockdash.registry import Catalog

_UP, _FIRST = "#089981", "#2962ff"  # of a theme that has none


def styling(session: Session, catalog: Catalog, number: int, *, key: str, fragment: str) -> None:
    """Draw a row for each output of the indicator of that number, with `key` before the widgets' keys."""
    outputs = dressed(session.view.instances, catalog)[session.numbers.index(number)]
    for at, one in enumerate(outputs):
        with st.container(horizontal=True, vertical_alignment="center", key=f"{key}~look-{at}"):
            _row(session, number, one, key=f"{key}~{one.output.name}")
    with st.container(horizontal=True):
        keys = [f"{key}~{one.output.name}" for one in outputs]
        st.button("Reset style", key=f"{key}~reset", on_click=_reset, args=(session, number, keys, fragment))
        st.button("Done", key=f"{key}~done", on_click=_done, args=(session, number, fragment))


def _row(session: Session, number: int, one: Drawn, *, key: str) -> None:
    name, label = one.output.name, one.output.label
    look = session.instance(number).styles.get(name, Look())

    def told(field: str, value: object) -> dict[str, Any]:
        if f"{key}.{field}" not in st.session_state:
            st.session_state[f"{key}.{field}"] = value
        return {"key": f"{key}.{field}", "on_change": _take, "args": (session, number, name, field, key)}

    st.checkbox(label, width="stretch", **told("visible", look.visible is not False))
    st.color_picker(f"Colour of {label}", label_visibility="collapsed", **told("color", _shown(one)))
    if one.output.draw != "histogram":
        st.segmented_control(f"Width of {label}", WIDTHS, label_visibility="collapsed", **told("width", look.width))


def _take(session: Session, number: int, name: str, field: str, key: str) -> None:
    value = st.session_state[f"{key}.{field}"]
    if field == "color":
        value = value.lower()
    elif field == "visible":
        value = None if value else False
    styles = session.instance(number).styles
    session.dress(number, {**styles, name: replace(styles.get(name, Look()), **{field: value})})
    st.rerun(CHART)


def _reset(session: Session, number: int, keys: list[str], fragment: str) -> None:
    for key in keys:
        for field in ("visible", "color", "width"):
            st.session_state.pop(f"{key}.{field}", None)
    session.dress(number, {})
    st.rerun([CHART, fragment])


def _done(session: Session, number: int, fragment: str) -> None:
    session.styling.discard(number)
    st.rerun(fragment)


def _shown(one: Drawn) -> str:
    """Give the colour that it is drawn in, as far as the server knows the theme."""
    if isinstance(one.color, str):
        return one.color.lower() or _theme("greenColor") or _UP
    palette = _theme("chartCategoricalColors") or [_FIRST]
    return str(palette[one.color % len(palette)])


def _theme(name: str) -> Any:
    """Give an option of the theme that the browser shows."""
    kind = st.context.theme.type or "light"
    return st.get_option(f"theme.{kind}.{name}") or st.get_option(f"theme.{name}")
