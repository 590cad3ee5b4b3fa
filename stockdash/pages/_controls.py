"""Draws controls: what `stockdash.forms` says becomes Streamlit's widgets."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from stockdash.forms import Control, Kind, Value


def draw(controls: tuple[Control, ...], *, key: str, values: Mapping[str, object]) -> dict[str, Value | None]:
    """Draw one widget for each control and give what the user has set.

    Parameters
    ----------
    key : start of the widgets' keys, which are ``{key}.{name}``.
    values : what the widgets show at first, by the controls' names.
    """
    return {control.name: _widget(control, f"{key}.{control.name}", values[control.name]) for control in controls}


def _widget(control: Control, key: str, value: object) -> Value | None:
    # Seeded through the state and not as the widget's default, which would give it a new identity when it changes.
    if key not in st.session_state:
        st.session_state[key] = value
    chosen: Value | None = _DRAWERS[control.kind](control, label=control.label, key=key, help=control.help or None)
    return chosen


def _slider(control: Control, **common: Any) -> Any:
    return st.slider(min_value=control.minimum, max_value=control.maximum, step=control.step, **common)


def _number(control: Control, **common: Any) -> Any:
    return st.number_input(min_value=control.minimum, max_value=control.maximum, step=control.step, **common)


def _toggle(_: Control, **common: Any) -> Any:
    return st.toggle(**common)


def _segments(control: Control, **common: Any) -> Any:
    return st.segmented_control(options=control.choices, required=True, format_func=str, **common)


def _select(control: Control, **common: Any) -> Any:
    return st.selectbox(options=control.choices, **common)


def _text(control: Control, **common: Any) -> Any:
    return st.text_input(max_chars=control.max_length, **common)


def _color(_: Control, **common: Any) -> Any:
    return st.color_picker(**common)


_DRAWERS: dict[Kind, Callable[..., Any]] = {
    "slider": _slider,
    "number": _number,
    "toggle": _toggle,
    "segments": _segments,
    "select": _select,
    "text": _text,
    "color": _color,
}
