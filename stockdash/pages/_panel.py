"""The indicators in the sidebar, each a card with its parameters.

Moving one of their widgets runs its callback and the chart, nothing else of the page.
"""

from functools import partial
from typing import Any

import streamlit as st

from stockdash.errors import PluginError
from stockdash.forms import Blame, Control, Shown, controls, shown, validated
from stockdash.indicators import Indicator, Params
from stockdash.pages import _controls, _templates
from stockdash.pages._adder import adder, plain
from stockdash.pages._engine import engine
from stockdash.pages._instances import offers
from stockdash.pages._removing import remove
from stockdash.pages._session import Session
from stockdash.pages._stage import CARDS, CHART
from stockdash.pages._steps import bring_steps, computation_seconds, form_key
from stockdash.pages._styling import styling
from stockdash.registry import Catalog

_ALL, _TYPED, _STYLE = "*", "+", "/"
_LIVE_SECONDS = 0.3  # a computation that takes longer waits until the user asks for it


def panel(session: Session, catalog: Catalog) -> None:
    """Draw the indicators' cards and what adds another."""
    _templates.heading(session, catalog)
    with st.container(key=CARDS):
        for number in session.numbers:
            # A fragment of its own, so that its callback can have it drawn again to show what is wrong.
            st.fragment(_card, key=_card_key(number))(session, catalog, number)
    adder(session, engine())


def forget_cards(session: Session, catalog: Catalog) -> None:
    """Have the widgets of all cards show what is set, whatever is left of what they showed before."""
    for number in session.numbers:
        try:
            indicator = catalog.find(session.instance(number).indicator_id)
        except PluginError:
            continue
        _controls.forget(controls(indicator.params), key=form_key(indicator, number))


def _card(session: Session, catalog: Catalog, number: int) -> None:
    instance = session.instance(number)
    try:
        indicator = catalog.find(instance.indicator_id)
    except PluginError:  # gone since it was added: what stands below the chart says why, and removes it
        return
    form, trouble = controls(indicator.params), session.troubles.get(number, Blame())
    with st.container(border=True, key=_card_key(number)):
        _title(session, indicator, number)
        _controls.draw(
            _controls.Form(
                form,
                key=form_key(indicator, number),
                start=shown(form, session.pending.get(number, instance.params)),
                on_change=partial(_tune, session, indicator, number),
                errors=trouble.fields,
                sources=offers(session.numbers.index(number), session.view.instances, catalog),
            )
        )
        if trouble.form:
            st.error("\n\n".join(trouble.form), icon=":material/error:")
        if number in session.styling:
            styling(session, catalog, number, key=form_key(indicator, number), fragment=_card_key(number))
        if number in session.pending:
            st.button("Apply", key=f"{form_key(indicator, number)}.apply", on_click=_apply, args=(session, number))


def _title(session: Session, indicator: Indicator[Any], number: int) -> None:
    key, instance = form_key(indicator, number), session.instance(number)
    legend, is_hidden = indicator.legend(instance.params), instance.hidden
    options = _options(controls(indicator.params))
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", gap=None):
        name, told = _named(indicator)
        st.markdown(name, help=told or None)
        st.button(
            f"{'Show' if is_hidden else 'Hide'} {legend}",
            key=f"{key}.eye",
            icon=":material/visibility_off:" if is_hidden else ":material/visibility:",
            type="tertiary",
            on_click=_hide,
            args=(session, number),
        )
        st.menu_button(
            f"Options of {legend}",
            options=list(options),
            format_func=lambda name: options[name],
            key=f"{key}.options",
            icon=":material/more_vert:",
            type="tertiary",
            on_click=_choose,
            args=(session, indicator, number),
        )
        st.button(
            f"Remove {legend}",
            key=f"{key}.remove",
            icon=":material/close:",
            type="tertiary",
            on_click=remove,
            args=(session, number),
        )


def _named(indicator: Indicator[Any]) -> tuple[str, str]:
    """Give the card's title and its tooltip: what the indicator does and what is proved of it."""
    verdict = engine().verdict(indicator.id)
    told = (indicator.description, "" if verdict.level == "off" else verdict.text)
    return f"**{plain(indicator.name)}**{' :orange[⟲]' if verdict.repaints else ''}", "\n\n".join(
        map(plain, filter(None, told))
    )


def _options(form: tuple[Control, ...]) -> dict[str, str]:
    options = {_STYLE: "Colours and lines"}
    if form:
        options |= {_ALL: "Reset everything"} | {control.key: f"Reset {control.label}" for control in form}
    return options | {
        _TYPED + control.key: f"Type {control.label} beyond its slider" for control in form if control.limits
    }


def _tune(session: Session, indicator: Indicator[Any], number: int, control: Control) -> None:
    """Take over what the widgets say; the last valid parameters stay while it makes no sense."""
    if number not in session.numbers:  # removed in the same moment
        return
    form = controls(indicator.params)
    start = shown(form, session.pending.get(number, session.instance(number).params))
    values = _controls.values(form, key=form_key(indicator, number), start=start)
    _take(session, indicator, number, values=values, redraw=control.governs, stepped=control)


def _take(
    session: Session,
    indicator: Indicator[Any],
    number: int,
    *,
    values: Shown,
    redraw: bool,
    stepped: Control | None = None,
) -> None:
    had_trouble = session.troubles.pop(number, None) is not None
    was_pending = number in session.pending
    read: Params | Blame = validated(indicator.params, values)
    if isinstance(read, Blame):
        session.troubles[number] = read
    elif computation_seconds(session, number) > _LIVE_SECONDS:
        session.pending[number] = read
    else:
        session.pending.pop(number, None)
        session.tune(number, read)
        if stepped is not None:
            bring_steps(session, indicator, number, stepped, values=values)
    if number in session.pending:
        st.rerun(_card_key(number))
    if redraw or had_trouble or was_pending or number in session.troubles:
        st.rerun([CHART, _card_key(number)])
    st.rerun(CHART)


def _apply(session: Session, number: int) -> None:
    """Compute with what was set while an indicator was too slow to follow each step."""
    session.tune(number, session.pending.pop(number))
    st.rerun([CHART, _card_key(number)])


def _hide(session: Session, number: int) -> None:
    session.hide(number, hidden=not session.instance(number).hidden)
    st.rerun([CHART, _card_key(number)])


def _choose(session: Session, indicator: Indicator[Any], number: int) -> None:
    """Lay the looks open, put one field or all of them back to its default, or give a number box for one."""
    form, key = controls(indicator.params), form_key(indicator, number)
    chosen = st.session_state[f"{key}.options"]
    if chosen == _STYLE:
        session.styling ^= {number}
        st.rerun(_card_key(number))
    start = shown(form, session.pending.get(number, session.instance(number).params))
    values = _controls.values(form, key=key, start=start)
    if chosen.startswith(_TYPED):
        control = next(control for control in form if _TYPED + control.key == chosen)
        _controls.type_in(control, values.get(control.name), key=key)
        st.rerun(_card_key(number))
    again = tuple(control for control in form if chosen in (_ALL, control.key))
    _controls.forget(again, key=key)
    values |= {control.name: control.default for control in again if control.name in values}
    _take(session, indicator, number, values=values, redraw=True)


def _card_key(number: int) -> str:
    return f"card-{number}"
