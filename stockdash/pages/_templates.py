"""The templates in the sidebar: a quiet button beside the indicators' heading, drawn inside only while it is open.

What it reads and draws costs nothing until then. Everything in it changes through callbacks; what came of the last
one is told at the top. Names come from anybody, so they are shown as text, never as Markdown.
"""

import re
from collections.abc import Callable
from functools import partial
from html import escape
from typing import Literal, NamedTuple

import streamlit as st

from stockdash.errors import StockdashError, TemplateError
from stockdash.pages import _signin
from stockdash.pages._applied import applied, template_of
from stockdash.pages._engine import engine
from stockdash.pages._session import Session
from stockdash.registry import Catalog
from stockdash.stores import ReadStore, Store
from stockdash.templates import LONGEST_NAME, Template, checked_name, from_json, to_json
from stockdash.templates.kept import Kept, delete, is_taken, kept, rename, save, set_default

_MENU = "templates"
_CHOSEN, _NAME, _NEW_NAME, _FILE = "templates.chosen", "templates.name", "templates.new-name", "templates.file"
_MORE, _ASKED, _SAID, _FILES = "templates.more", "templates.asked", "templates.said", "templates.files"
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


def heading(session: Session, catalog: Catalog) -> None:
    """Draw the indicators' heading, with the button that opens the templates."""
    with st.container(
        horizontal=True, horizontal_alignment="distribute", vertical_alignment="center", key="indicators"
    ):
        st.html("<h2 class=sd-section>Indicators</h2>")
        _menu(session, catalog)


@st.fragment(key=_MENU)
def _menu(session: Session, catalog: Catalog) -> None:
    # The key of the fragment, too, so that opening runs nothing else.
    with st.popover("Templates", icon=":material/bookmarks:", type="tertiary", key=_MENU, on_change="rerun") as drawer:
        if not drawer.open:
            _forget_question()
            return
        try:
            _content(_Drawer(session, catalog, engine().real.store))
        except StockdashError as exc:
            _tell("error", str(exc))


class _Drawer(NamedTuple):
    session: Session
    catalog: Catalog
    store: ReadStore

    @property
    def writable(self) -> Store | None:
        """The store, where this user may change it."""
        return self.store if isinstance(self.store, Store) and _signin.is_operator() else None

    def shown(self, name: str) -> Template:
        return template_of(name, self.session.view.instances, self.catalog)


def _content(drawer: _Drawer) -> None:
    there = kept(drawer.store)
    if said := st.session_state.pop(_SAID, None):
        _tell(*said)
    asked: _Question | None = st.session_state.get(_ASKED)
    if asked is not None and drawer.writable is not None:
        _ask(drawer.writable, asked)
        return
    if there.templates:
        _saved(drawer, there)
    else:
        st.caption("None are saved yet. A template keeps indicators with their parameters and looks.")
    if drawer.writable is not None:
        _saver(drawer, drawer.writable)
    else:
        _without_saving(drawer)
    _importer(drawer)
    for name, reason in there.unreadable.items():
        _tell("error", f"{name} can't be used. {reason}")


def _saved(drawer: _Drawer, there: Kept) -> None:
    names = {key: f"{one.name} · default" if key == there.default else one.name for key, one in there.templates.items()}
    if st.session_state.get(_CHOSEN) not in names:
        st.session_state[_CHOSEN] = there.default or next(iter(names))
    chosen = st.selectbox("Saved templates", list(names), format_func=lambda key: names.get(key, key), key=_CHOSEN)
    template = there.templates[chosen]
    st.html(f"<p class=sd-quiet>{escape(_listed(template, drawer.catalog))}</p>")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Show", key="templates.show", type="primary", on_click=_show, args=(drawer, template))
        _exporter(template, "Export")
        if drawer.writable is not None:
            _more(drawer, drawer.writable, template, is_default=chosen == there.default)


def _more(drawer: _Drawer, store: Store, template: Template, *, is_default: bool) -> None:
    options = [name for name in _ACTIONS if name != ("default" if is_default else "usual")]
    st.menu_button(
        "More",
        options=options,
        format_func=_ACTIONS.__getitem__,
        key=_MORE,
        on_click=_act,
        args=(drawer, store, template),
    )


def _act(drawer: _Drawer, store: Store, template: Template) -> None:
    match st.session_state[_MORE]:
        case "default":
            _try(partial(set_default, store, template.key), f"New visitors start with {template.name}.")
        case "usual":
            _try(partial(set_default, store, None), "New visitors start as usual.")
        case "update":
            st.session_state[_ASKED] = _Question("overwrite", drawer.shown(template.name))
        case "rename":
            st.session_state[_NEW_NAME] = template.name
            st.session_state[_ASKED] = _Question("rename", template)
        case "delete":
            st.session_state[_ASKED] = _Question("delete", template)


def _ask(store: Store, asked: _Question) -> None:
    template = asked.template
    match asked.kind:
        case "overwrite":
            st.html(f"<p>There is a template named {escape(template.name)}. Overwrite it?</p>")
            action, said = partial(save, store, template, replace=True), f"Saved {template.name}."
        case "delete":
            st.html(f"<p>Delete {escape(template.name)} for everybody?</p>")
            action, said = partial(delete, store, template.key), f"Deleted {template.name}."
        case "rename":
            st.text_input("New name", key=_NEW_NAME, max_chars=LONGEST_NAME)
            action, said = partial(_rename, store, template.key), "Renamed."
    with st.container(horizontal=True, gap="small"):
        st.button(asked.kind.capitalize(), key="templates.yes", type="primary", on_click=_answer, args=(action, said))
        st.button("Cancel", key="templates.no", on_click=_forget_question)


def _rename(store: Store, key: str) -> None:
    name = st.session_state[_NEW_NAME]
    rename(store, key, name)
    st.session_state[_CHOSEN] = checked_name(name).casefold()


def _answer(action: Callable[[], None], said: str) -> None:
    if _try(action, said):
        _forget_question()


def _forget_question() -> None:
    st.session_state.pop(_ASKED, None)


def _saver(drawer: _Drawer, store: Store) -> None:
    with st.form("templates.saver", border=False):
        name, button = st.columns([3, 1], vertical_alignment="bottom", gap="small")
        off = _is_empty(drawer)
        name.text_input("Save what is shown as", key=_NAME, max_chars=LONGEST_NAME, placeholder="Name", disabled=off)
        button.form_submit_button("Save", on_click=_save, args=(drawer, store), disabled=off)


def _is_empty(drawer: _Drawer) -> bool:
    return not drawer.session.view.instances


def _save(drawer: _Drawer, store: Store) -> None:
    if _keep(store, lambda: drawer.shown(st.session_state[_NAME])):
        st.session_state[_NAME] = ""


def _keep(store: Store, make: Callable[[], Template]) -> bool:
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
        st.session_state[_CHOSEN] = template.key
    return True


def _without_saving(drawer: _Drawer) -> None:
    why = "Operators keep the templates" if isinstance(drawer.store, Store) else f"{drawer.store.name} only reads"
    st.html(f"<p class=sd-quiet>{escape(why)}: they can be shown and exported here, not saved.</p>")
    if not _is_empty(drawer):
        _exporter(drawer.shown(f"View of {drawer.session.view.symbol}"), "Export what is shown")


def _importer(drawer: _Drawer) -> None:
    number = st.session_state.get(_FILES, 0)
    file = st.file_uploader("Import a template", type="json", key=f"{_FILE}.{number}", max_upload_size=1)
    if file is None:
        return
    try:
        template = from_json(file.getvalue())
    except TemplateError as exc:
        _tell("error", str(exc))
        return
    st.html(f"<p class=sd-quiet><b>{escape(template.name)}</b>: {escape(_listed(template, drawer.catalog))}</p>")
    with st.container(horizontal=True, gap="small"):
        st.button("Show it", key="templates.show-file", on_click=_show, args=(drawer, template))
        if drawer.writable is not None:
            st.button("Save it", key="templates.keep-file", on_click=_keep_file, args=(drawer.writable, template))


def _keep_file(store: Store, template: Template) -> None:
    _keep(store, lambda: template)
    st.session_state[_FILES] = st.session_state.get(_FILES, 0) + 1


def _show(drawer: _Drawer, template: Template) -> None:
    """Show the template's indicators in the place of the present ones."""
    said = applied(template, drawer.catalog)
    drawer.session.replace_all(said.instances, said.notes)
    st.session_state[_MENU] = False
    st.session_state[_FILES] = st.session_state.get(_FILES, 0) + 1
    st.rerun()


def _exporter(template: Template, label: str) -> None:
    st.download_button(
        label,
        to_json(template),
        file_name=f"{re.sub(r'[^a-z0-9]+', '-', template.key).strip('-') or 'template'}.json",
        mime="application/json",
        key=f"{_MENU}.{label}",
        on_click="ignore",
    )


def _listed(template: Template, catalog: Catalog) -> str:
    names = [catalog.listings[one.id].name if one.id in catalog.listings else one.id for one in template.indicators]
    return ", ".join(names) or "no indicators"


def _try(action: Callable[[], None], said: str) -> bool:
    """Do it, and tell at the top what came of it."""
    try:
        action()
    except StockdashError as exc:
        st.session_state[_SAID] = ("error", str(exc))
        return False
    st.session_state[_SAID] = ("done", said)
    return True


def _tell(kind: Literal["done", "error"], text: str) -> None:
    st.html(f'<p class="{"sd-reason" if kind == "error" else "sd-done"}" role="status">{escape(text)}</p>')
