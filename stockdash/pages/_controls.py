"""Draws controls: what `stockdash.forms` says becomes Streamlit's widgets.

Widgets are set through the session state and never by a default, which would give them a new identity when it
changes. Their keys are ``{key}.{control.key}``, with ``.auto`` for the switch that keeps None and ``.typed`` for the
number box in the place of a slider.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

import streamlit as st

from stockdash.forms import Control, Kind, Shown, is_enabled, is_there

_FIRST_DAY, _LAST_DAY = date(1900, 1, 1), date(2100, 12, 31)


@dataclass(frozen=True, slots=True)
class Form:
    """A form to draw.

    Attributes
    ----------
    controls : the fields.
    key : start of the widgets' keys.
    start : what the widgets show at first, by the controls' names.
    on_change : called with the control that the user has changed.
    errors : what is wrong with a field, by the controls' names.
    sources : outputs of other indicators that a source may be, with what the user reads.
    """

    controls: tuple[Control, ...]
    key: str
    start: Shown
    on_change: Callable[[Control], None]
    errors: Mapping[str, str] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)


def draw(form: Form) -> None:
    """Draw one widget for each control, in their groups and rows, the advanced ones in an expander at the foot."""
    present = values(form.controls, key=form.key, start=form.start)
    there = [control for control in form.controls if is_there(control, present)]
    _draw_part(form, [control for control in there if not control.advanced], present)
    if advanced := [control for control in there if control.advanced]:
        with st.expander("Advanced", expanded=any(control.name in form.errors for control in advanced)):
            _draw_part(form, advanced, present)


def values(controls: tuple[Control, ...], *, key: str, start: Mapping[str, object]) -> Shown:
    """Give what the controls show, by their names: what is set, and `start` where nothing was drawn."""
    answer: Shown = {}
    for control in controls:
        if is_there(control, answer):
            first = start.get(control.name, control.default) if is_there(control, start) else control.default
            answer[control.name] = _value(control, f"{key}.{control.key}", first)
    return answer


def forget(controls: tuple[Control, ...], *, key: str) -> None:
    """Have the widgets drawn anew, as the form's start says."""
    for control in controls:
        for ending in ("", ".auto", ".typed", ".0", ".1"):
            st.session_state.pop(f"{key}.{control.key}{ending}", None)


def is_slider(control: Control, value: object, *, key: str) -> bool:
    """Tell whether a slider is drawn for `value`, under that key."""
    has_slider = control.kind == "slider" and value is not None and f"{key}.typed" not in st.session_state
    return has_slider and _reaches(control, value)


def type_in(control: Control, value: object, *, key: str) -> None:
    """Have a number box drawn in the place of the control's slider."""
    if control.kind == "slider" and value is not None:
        st.session_state.pop(f"{key}.{control.key}", None)
        _seed_number(control, value, f"{key}.{control.key}.typed")


def _value(control: Control, key: str, first: object) -> object:
    state = st.session_state
    if state.get(f"{key}.auto", control.optional and first is None):
        return None
    shown = first if first is not None else control.start
    if control.kind == "pair":
        ends = shown if isinstance(shown, tuple) else (shown, shown)
        return tuple(sorted(state.get(f"{key}.{at}", end) for at, end in enumerate(ends)))
    value = state.get(f"{key}.typed", state.get(key))
    if value is None:  # never drawn, or emptied
        return shown
    return tuple(value) if isinstance(value, list) else value


def _draw_part(form: Form, part: list[Control], present: Shown) -> None:
    for group, grouped in _parted(part, lambda control: control.group):
        if group:
            st.caption(f"**{group}**")
        for row, members in _parted(grouped, lambda control: control.row):
            beside: AbstractContextManager[Any] = st.container(horizontal=True) if row else nullcontext()
            with beside:
                for control in members:
                    _draw_one(form, control, present)
            for control in members:
                if wrong := form.errors.get(control.name):
                    st.error(wrong, icon=":material/error:")


def _parted(controls: list[Control], by: Callable[[Control], str]) -> list[tuple[str, list[Control]]]:
    return [(name, list(members)) for name, members in groupby(controls, key=by)]


def _draw_one(form: Form, control: Control, present: Shown) -> None:
    key = f"{form.key}.{control.key}"
    value = present[control.name]
    common: dict[str, Any] = {
        "label": control.label,
        "help": control.help or None,
        "on_change": form.on_change,
        "args": (control,),
        "disabled": not is_enabled(control, present),
    }
    if control.optional:
        _seed(f"{key}.auto", value is None)
        st.toggle(**{**common, "key": f"{key}.auto", "label": f"{control.label}: auto"})
        if value is None:
            return
        common["label_visibility"] = "collapsed"
    if control.kind == "source":
        st.selectbox(**common, **_source_options(control, form.sources, value), key=_seed(key, value))
    else:
        _DRAWERS[control.kind](control, value, key, **common)


def _seed(key: str, value: object) -> str:
    if key not in st.session_state:
        st.session_state[key] = list(value) if isinstance(value, tuple) else value
    return key


def _slider(control: Control, value: Any, key: str, **common: Any) -> None:
    if f"{key}.typed" in st.session_state or not _reaches(control, value):
        _number(control, value, f"{key}.typed", **common)
    else:
        _seed(key, type(control.minimum)(value))
        st.slider(min_value=control.minimum, max_value=control.maximum, step=control.step, key=key, **common)


def _reaches(control: Control, value: Any) -> bool:
    is_whole = not isinstance(control.minimum, int) or float(value).is_integer()
    return is_whole and bool(control.minimum <= value <= control.maximum)


def _number(control: Control, value: Any, key: str, **common: Any) -> None:
    kind = _seed_number(control, value, key)
    low, high = control.limits or (control.minimum, control.maximum)
    minimum, maximum, step = (None if one is None else kind(one) for one in (low, high, control.step))
    told: dict[str, Any] = {"min_value": minimum, "max_value": maximum, "step": step}
    if kind is float:
        told["format"] = "%g"
    st.number_input(key=key, required=True, **told, **common)


def _seed_number(control: Control, value: Any, key: str) -> type[int] | type[float]:
    """Set a number box; give the one type that all of its numbers must have."""
    ends = control.limits or (control.minimum, control.maximum)
    kind = float if float in {type(one) for one in (value, *ends, control.step)} else int
    _seed(key, kind(value))
    return kind


def _toggle(_: Control, value: object, key: str, **common: Any) -> None:
    st.toggle(key=_seed(key, value), **common)


def _segments(control: Control, value: object, key: str, **common: Any) -> None:
    options = control.choices
    st.segmented_control(options=options, required=True, format_func=str, key=_seed(key, value), **common)


def _select(control: Control, value: object, key: str, **common: Any) -> None:
    st.selectbox(options=control.choices, key=_seed(key, value), **common)


def _source_options(control: Control, sources: Mapping[str, str], value: object) -> dict[str, Any]:
    labels = dict(zip(control.choices, control.choices, strict=True)) | dict(sources)
    labels.setdefault(value, f"{value} (not there)")
    return {"options": list(labels), "format_func": lambda source: labels.get(source, source)}


def _text(control: Control, value: object, key: str, **common: Any) -> None:
    st.text_input(max_chars=control.max_length, key=_seed(key, value), **common)


def _color(_: Control, value: object, key: str, **common: Any) -> None:
    st.color_picker(key=_seed(key, value), **common)


def _date(control: Control, value: object, key: str, **common: Any) -> None:
    low, high = control.minimum or _FIRST_DAY, control.maximum or _LAST_DAY
    st.date_input(min_value=low, max_value=high, key=_seed(key, value), required=True, **common)


def _time(_: Control, value: object, key: str, **common: Any) -> None:
    st.time_input(key=_seed(key, value), step=timedelta(minutes=5), required=True, **common)


def _datetime(control: Control, value: object, key: str, **common: Any) -> None:
    low = control.minimum or datetime.combine(_FIRST_DAY, datetime.min.time())
    high = control.maximum or datetime.combine(_LAST_DAY, datetime.min.time())
    st.datetime_input(min_value=low, max_value=high, key=_seed(key, value), required=True, **common)


def _range(control: Control, value: Any, key: str, **common: Any) -> None:
    low, high = control.minimum, control.maximum
    inside = tuple(min(max(end, low), high) for end in value)
    if key not in st.session_state:
        st.session_state[key] = inside
    st.slider(min_value=low, max_value=high, step=control.step, key=key, **common)


def _pair(control: Control, value: Any, key: str, **common: Any) -> None:
    with st.container(horizontal=True):
        for at, end in enumerate(value):
            label = f"{control.label}: {('from', 'to')[at]}"
            _number(control, end, f"{key}.{at}", **{**common, "label": label})


def _chips(control: Control, value: Any, key: str, **common: Any) -> None:
    options = list(dict.fromkeys((*control.default, *value)))  # type: ignore[misc]
    longest = control.max_length
    st.multiselect(options=options, accept_new_options=True, max_selections=longest, key=_seed(key, value), **common)


def _multiselect(control: Control, value: object, key: str, **common: Any) -> None:
    longest = control.max_length
    st.multiselect(options=control.choices, max_selections=longest, key=_seed(key, value), **common)


_DRAWERS: dict[Kind, Callable[..., None]] = {
    "slider": _slider,
    "number": _number,
    "toggle": _toggle,
    "segments": _segments,
    "select": _select,
    "text": _text,
    "color": _color,
    "date": _date,
    "time": _time,
    "datetime": _datetime,
    "range": _range,
    "pair": _pair,
    "chips": _chips,
    "multiselect": _multiselect,
}
