"""The templates in the sidebar: a quiet button beside the indicators' heading, drawn inside only while it is open.

What it reads and draws costs nothing until then. Everything in it changes through callbacks; what came of the last
one is told at the top. Names come from anybody, so they are shown as text, never as Markdown.
"""

import re
from html import escape
from typing import NamedTuple

import streamlit as st

from stockdash.errors import StockdashError, TemplateError
from stockdash.pages import _signin
from stockdash.pages._applied import applied, template_of
from stockdash.pages._engine import engine
from stockdash.pages._session import Session
from stockdash.pages._template_changes import CHOSEN, asking, drop, forget_question, keep, more, said, tell
from stockdash.registry import Catalog
from stockdash.stores import ReadStore, Store
from stockdash.templates import LONGEST_NAME, Template, from_json, to_json
from stockdash.templates.kept import Kept, kept

_MENU = "templates"
_NAME, _FILE, _FILES = "templates.name", "templates.file", "templates.files"


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
            forget_question()
            return
        try:
            _content(_Drawer(session, catalog, engine().real.store))
        except StockdashError as exc:
            tell("error", str(exc))


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
    said()
    if drawer.writable is not None and asking(drawer.writable):
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
    for key, reason in there.unreadable.items():
        _unreadable(drawer, key, reason)


def _saved(drawer: _Drawer, there: Kept) -> None:
    names = {key: one.name for key, one in there.templates.items()}
    if st.session_state.get(CHOSEN) not in names:
        st.session_state[CHOSEN] = there.default or next(iter(names))
    chosen = st.selectbox("Saved templates", list(names), format_func=lambda key: names.get(key, key), key=CHOSEN)
    template = there.templates[chosen]
    what = "What new visitors see: " if chosen == there.default else ""
    st.html(f"<p class=sd-quiet>{escape(what + _listed(template, drawer.catalog))}</p>")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.button("Show", key="templates.show", type="primary", on_click=_show, args=(drawer, template))
        _exporter(template, "Export")
        if drawer.writable is not None:
            more(drawer.writable, template, drawer.shown, is_default=chosen == there.default)


def _unreadable(drawer: _Drawer, key: str, reason: str) -> None:
    tell("error", f"{key} can't be used. {reason}")
    if drawer.writable is not None:
        st.button("Delete it", key=f"templates.drop.{key}", on_click=drop, args=(drawer.writable, key))


def _saver(drawer: _Drawer, store: Store) -> None:
    with st.form("templates.saver", border=False):
        name, button = st.columns([3, 1], vertical_alignment="bottom", gap="small")
        off = _is_empty(drawer)
        name.text_input("Save what is shown as", key=_NAME, max_chars=LONGEST_NAME, placeholder="Name", disabled=off)
        button.form_submit_button("Save", on_click=_save, args=(drawer, store), disabled=off)


def _is_empty(drawer: _Drawer) -> bool:
    return not drawer.session.view.instances


def _save(drawer: _Drawer, store: Store) -> None:
    if keep(store, lambda: drawer.shown(st.session_state[_NAME])):
        st.session_state[_NAME] = ""


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
        tell("error", str(exc))
        return
    st.html(f"<p class=sd-quiet><b>{escape(template.name)}</b>: {escape(_listed(template, drawer.catalog))}</p>")
    with st.container(horizontal=True, gap="small"):
        st.button("Show it", key="templates.show-file", on_click=_show, args=(drawer, template))
        if drawer.writable is not None:
            st.button("Save it", key="templates.keep-file", on_click=_keep_file, args=(drawer.writable, template))


def _keep_file(store: Store, template: Template) -> None:
    keep(store, lambda: template)
    st.session_state[_FILES] = st.session_state.get(_FILES, 0) + 1


def _show(drawer: _Drawer, template: Template) -> None:
    """Show the template's indicators in the place of the present ones."""
    found = applied(template, drawer.catalog)
    drawer.session.replace_all(found.instances, found.notes)
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
