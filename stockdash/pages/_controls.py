"""Draws controls: what `stockdash.forms` says becomes Streamlit's widgets."""

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st

from stockdash.forms import Control, Kind


def draw(
    controls: tuple[Control, ...], *, key: str, start: Mapping[str, object], on_change: Callable[[], None]
) -> None:
    """Draw one widget for each control.

    Parameters
    ----------
    key : start of the widgets' keys, which are ``{key}.{name}``.
    start : what the widgets show at first, by the controls' names.
    on_change : called when the user has moved one.
    """
    for control in controls:
        _seed(f"{key}.{control.name}", start[control.name])
        _DRAWERS[control.kind](
            control,
            label=control.label,
            key=f"{key}.{control.name}",
            help=control.help or None,
            on_change=on_change,
        )


def values(controls: tuple[Control, ...], *, key: str) -> dict[str, object]:
    """Give what the drawn controls are set to, by their names."""
    return {control.name: st.session_state[f"{key}.{control.name}"] for control in controls}


def _seed(key: str, value: object) -> None:
    # Set through the state and not as the widget's default, which would give it a new identity when it changes.
    if key not in st.session_state:
        st.session_state[key] = value


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
