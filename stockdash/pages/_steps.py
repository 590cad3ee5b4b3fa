"""Which steps of a slider come along with the chart, so that the browser can draw them at once.

docs/decisions/0013-the-next-steps-come-along.md says why.
"""

import re
from typing import Any

from stockdash.errors import PluginError
from stockdash.forms import Blame, Control, Shown, controls, shown, validated
from stockdash.indicators import Indicator
from stockdash.pages import _controls
from stockdash.pages._instances import depend_on
from stockdash.pages._session import Session, Step
from stockdash.registry import Catalog

_DIGITS = 10  # 2.3 - 0.1 is 2.2
# What takes longer is not computed before it is asked for.
_STEP_SECONDS = 0.01
_FOCUS_SECONDS = 0.05  # what is known of a slider that has not been moved may be from when all was cold


def form_key(indicator: Indicator[Any], number: int) -> str:
    """Give the start of the keys of the widgets that set the indicator of that number."""
    return f"{indicator.id}.{number}"


def computation_seconds(session: Session, number: int) -> float:
    """Give how long it last took to compute the indicator and those that take their source from it."""
    places = depend_on(session.numbers.index(number), session.view.instances)
    return sum(session.seconds.get(session.numbers[at], 0.0) for at in places)


def bring_steps(
    session: Session,
    indicator: Indicator[Any],
    number: int,
    control: Control,
    *,
    values: Shown,
    within: float = _STEP_SECONDS,
) -> None:
    """Have the chart bring the steps beside what the slider of `control` shows, if it was computed `within` seconds."""
    key = f"{form_key(indicator, number)}.{control.key}"
    value: Any = values.get(control.name)
    if not _controls.is_slider(control, value, key=key) or computation_seconds(session, number) > within:
        return
    sides = (round(value + by, _DIGITS) for by in (-control.step, control.step))
    reached = {side: {**values, control.name: side} for side in sides if control.minimum <= side <= control.maximum}
    read = {side: validated(indicator.params, then) for side, then in reached.items()}
    near = {side: params for side, params in read.items() if not isinstance(params, Blame)}
    session.step = Step(session.view.instances, session.numbers.index(number), key, value, near)


def follow_focus(session: Session, catalog: Catalog, name: object) -> None:
    """Bring the steps of the slider that has come into focus; `name` is its class, as the browser says it."""
    for number in session.numbers:
        if number in session.pending or number in session.troubles:  # the chart shows something else
            continue
        instance = session.instance(number)
        try:
            indicator = catalog.find(instance.indicator_id)
        except PluginError:
            continue
        form, key = controls(indicator.params), form_key(indicator, number)
        control = next((control for control in form if _class_of(f"{key}.{control.key}") == name), None)
        if control is not None:
            values = _controls.values(form, key=key, start=shown(form, instance.params))
            bring_steps(session, indicator, number, control, values=values, within=_FOCUS_SECONDS)
            return


def _class_of(key: str) -> str:
    """Give the class that Streamlit gives the widget of that key."""
    return re.sub(r"[^a-zA-Z0-9_-]", "-", key)
