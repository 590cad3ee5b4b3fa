"""Changing the kept templates: what needs a word from the user first, and what came of it.

Each is a callback. What it came to is told at the top of the opened templates.
"""

from collections.abc import Callable
from functools import partial
from html import escape
from typing import Literal, NamedTuple

import streamlit as st

from stockdash.errors import StockdashError
from stockdash.stores import Store
from stockdash.templates import LONGEST_NAME, Template, checked_name
from stockdash.templates.kept import delete, is_taken, rename, save, set_default

CHOSEN = "templates.chosen"
_NEW_NAME, _MORE = "templates.new-name", "templates.more"
_ASKED, _SAID = "templates.asked", "templates.said"
_ACTIONS = {
    "default": "Start new visitors with it",
    "usual": "Start new visitors as usual",
    "update": "Replace it by what is shown",
    "rename": "Rename",
    "delete": "Delete",
}


class _Question(NamedTuple):
    """What the user has to confirm or to type before it is done, and for which template."""

    kind: Literal["overwrite", "rename", "delete"]
    template: Template


def more(store: Store, template: Template, shown: Callable[[str], Template], *, is_default: bool) -> None:
    """Draw what else can be done with `template`; `shown` makes one of what is on the chart."""
    options = [name for name in _ACTIONS if name != ("default" if is_default else "usual")]
    st.menu_button(
        "More",
        options=options,
        format_func=_ACTIONS.__getitem__,
        key=_MORE,
        on_click=_act,
        args=(store, template, shown),
    )


def _act(store: Store, template: Template, shown: Callable[[str], Template]) -> None:
    match st.session_state[_MORE]:
        case "default":
            _try(partial(set_default, store, template.key), f"New visitors start with {template.name}.")
        case "usual":
            _try(partial(set_default, store, None), "New visitors start as usual.")
        case "update":
            st.session_state[_ASKED] = _Question("overwrite", shown(template.name))
        case "rename":
            st.session_state[_NEW_NAME] = template.name
            st.session_state[_ASKED] = _Question("rename", template)
        case "delete":
            st.session_state[_ASKED] = _Question("delete", template)


def asking(store: Store) -> bool:
    """Draw the question that is open, and tell whether there is one."""
    asked: _Question | None = st.session_state.get(_ASKED)
    if asked is not None:
        _ask(store, asked)
    return asked is not None


def said() -> None:
    """Draw what came of the last change, once."""
    if told := st.session_state.pop(_SAID, None):
        tell(*told)


def _ask(store: Store, asked: _Question) -> None:
    template = asked.template
    match asked.kind:
        case "overwrite":
            st.html(f"<p>There is a template named {escape(template.name)}. Overwrite it?</p>")
            action, outcome = partial(save, store, template, replace=True), f"Saved {template.name}."
        case "delete":
            st.html(f"<p>Delete {escape(template.name)} for everybody?</p>")
            action, outcome = partial(delete, store, template.key), f"Deleted {template.name}."
        case "rename":
            st.text_input("New name", key=_NEW_NAME, max_chars=LONGEST_NAME)
            action, outcome = partial(_rename, store, template.key), "Renamed."
    with st.container(horizontal=True, gap="small"):
        st.button(
            asked.kind.capitalize(), key="templates.yes", type="primary", on_click=_answer, args=(action, outcome)
        )
        st.button("Cancel", key="templates.no", on_click=forget_question)


def _rename(store: Store, key: str) -> None:
    name = st.session_state[_NEW_NAME]
    rename(store, key, name)
    st.session_state[CHOSEN] = checked_name(name).casefold()


def _answer(action: Callable[[], None], outcome: str) -> None:
    if _try(action, outcome):
        forget_question()


def forget_question() -> None:
    """Ask nothing any more."""
    st.session_state.pop(_ASKED, None)


def keep(store: Store, make: Callable[[], Template]) -> bool:
    """Save what `make` gives, or ask first whether to overwrite; tell whether it could be understood."""
    try:
        template = make()
        if is_taken(store, template.name):
            st.session_state[_ASKED] = _Question("overwrite", template)
            return True
    except StockdashError as exc:
        st.session_state[_SAID] = ("error", str(exc))
        return False
    if _try(partial(save, store, template), f"Saved {template.name}."):
        st.session_state[CHOSEN] = template.key
    return True


def drop(store: Store, key: str) -> None:
    """Forget the template of that key, which can't be read by anybody."""
    _try(partial(delete, store, key), "Deleted.")


def _try(action: Callable[[], None], outcome: str) -> bool:
    """Do it, and tell at the top what came of it: `outcome`, or the error."""
    try:
        action()
    except StockdashError as exc:
        st.session_state[_SAID] = ("error", str(exc))
        return False
    st.session_state[_SAID] = ("done", outcome)
    return True


def tell(kind: Literal["done", "error"], text: str) -> None:
    """Draw what happened, as text."""
    st.html(f'<p class="{"sd-reason" if kind == "error" else "sd-done"}" role="status">{escape(text)}</p>')
