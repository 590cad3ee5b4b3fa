"""What adds an indicator: a box that finds it by any of its words, and the whole catalogue on demand.

However many are installed, the page draws one box and one button until somebody types or opens the catalogue.
"""

import re
from collections.abc import Sequence

import streamlit as st

from stockdash.errors import PluginError
from stockdash.indicators import Listing
from stockdash.pages import _signin
from stockdash.pages._engine import Engine
from stockdash.pages._instances import Instance
from stockdash.pages._session import Session
from stockdash.pages._sidebar import first_offer, found_key
from stockdash.pages._view import MAX_INSTANCES
from stockdash.registry import Catalog, news, search
from stockdash.verdicts import Verdict

ADD = "add"
_BROWSE, _SHOWN, _NEWS, _TROUBLE = "browse", "browse.shown", "browse.news", "add.trouble"
_LONGEST = 60  # letters of a search
_MOST_FOUND = 6
_PAGE = 25  # entries of the catalogue that are drawn at a time
_MARKDOWN = re.compile(r"([\\`*_{}\[\]<>()#+.!|~$:-])")


def adder(session: Session, app: Engine) -> None:
    """Draw the box, unless the chart is full."""
    if len(session.view.instances) >= MAX_INSTANCES:
        st.caption(f"A chart holds {MAX_INSTANCES} indicators.")
        return
    _box(session, app)


def offer_label(listing: Listing, verdict: Verdict) -> str:
    """Give an entry as Markdown: name, id, category and what is proved of it; namesakes are told apart by the id."""
    return f"{plain(listing.name)} :gray[{plain(f'{listing.id} · {listing.category}')}]{_proved(verdict)}"


def categories(catalog: Catalog) -> list[str]:
    """Give the categories of what is installed, in order."""
    return sorted({listing.category for listing in catalog.listings.values()})


def picked(catalog: Catalog, text: str, category: str | None) -> list[str]:
    """Give the ids that `text` finds, of one category or of all."""
    return [name for name in search(catalog, text) if category in (None, catalog.listings[name].category)]


def plain(text: str) -> str:
    """Give Markdown that shows `text` as it is, whatever a plugin calls itself."""
    return _MARKDOWN.sub(r"\\\1", " ".join(text.split()))


@st.fragment
def _box(session: Session, app: Engine) -> None:
    text = st.text_input(
        "Add an indicator",
        key=ADD,
        type="search",
        live="200ms",
        placeholder="Add an indicator",
        icon=":material/add:",
        label_visibility="collapsed",
    )
    _trouble()
    if text and text.strip():
        _found(session, app, text, search(app.catalog, text[:_LONGEST]))
    if st.button(f"Browse all {len(app.catalog.listings):,}", key=_BROWSE, type="tertiary", icon=":material/list:"):
        _forget()
        _catalogue(session, app)


def _found(session: Session, app: Engine, text: str, found: Sequence[str]) -> None:
    with st.container(key=found_key(ADD), gap=None):
        for indicator_id in found[:_MOST_FOUND]:
            _offer(session, app, indicator_id)
        if found:
            first_offer(text, "adds")
    if not found:
        st.caption("No indicator is called so. Is its package installed? Browse can look for new ones.")
    elif len(found) > _MOST_FOUND:
        st.caption(f"{len(found) - _MOST_FOUND:,} more: type on, or browse.")


def _offer(session: Session, app: Engine, indicator_id: str) -> None:
    listing = app.catalog.listings[indicator_id]
    st.button(
        offer_label(listing, app.verdict(indicator_id)),
        key=f"offer.{indicator_id}",
        type="tertiary",
        width="stretch",
        help=plain(listing.description) or None,
        on_click=_add,
        args=(session, app, indicator_id),
    )


def _add(session: Session, app: Engine, indicator_id: str) -> None:
    try:
        indicator = app.catalog.find(indicator_id)
    except PluginError as exc:
        st.session_state[_TROUBLE] = str(exc)
        return
    session.add(Instance(indicator_id, indicator.params()))
    st.session_state[ADD] = ""
    st.rerun()


@st.dialog("Indicators", width="large")
def _catalogue(session: Session, app: Engine) -> None:
    text = st.text_input(
        "Search the indicators", key=f"{_BROWSE}.text", type="search", live="200ms",
        placeholder="Name, id, synonym or category", icon=":material/search:", label_visibility="collapsed",
    )  # fmt: skip
    _trouble()
    category = st.pills("Category", categories(app.catalog), key=f"{_BROWSE}.category", label_visibility="collapsed")
    if _signin.is_operator():  # what is found is found for everybody
        _rescan(app)
    found = picked(app.catalog, (text or "")[:_LONGEST], category)
    shown = st.session_state.get(_SHOWN, _PAGE)
    for indicator_id in found[:shown]:
        _entry(session, app, indicator_id)
    if not found:
        st.caption("Nothing that is installed is called so.")
    elif len(found) > shown:
        st.button(f"Show more of {len(found):,}", key=f"{_BROWSE}.more", on_click=_show_more, args=(shown,))


def _entry(session: Session, app: Engine, indicator_id: str) -> None:
    listing, origin = app.catalog.listings[indicator_id], app.catalog.origins[indicator_id]
    verdict = app.verdict(indicator_id)
    told = plain(f"{listing.id} · {listing.category} · {origin.package}")
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None):
            st.markdown(f"**{plain(listing.name)}** :gray[{told}]{_proved(verdict)}", help=verdict.text)
            st.caption(plain(listing.description))
        st.button(
            "Add",
            key=f"{_BROWSE}.{indicator_id}",
            on_click=_add,
            args=(session, app, indicator_id),
        )


def _rescan(app: Engine) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Look for new packages", key=f"{_BROWSE}.rescan", icon=":material/refresh:", on_click=_look, args=(app,)
        )
        st.caption("Installed with pip while stockdash runs: no restart needed.")
    for line in st.session_state.get(_NEWS, ()):
        st.info(plain(line))


def _look(app: Engine) -> None:
    before = app.catalog
    st.session_state[_NEWS] = news(before, app.installed.rescan()) or ("Nothing new is installed.",)


def _proved(verdict: Verdict) -> str:
    if verdict.level in ("not yet", "off"):
        return ""
    return f" :{'orange' if verdict.repaints else 'gray'}[· {plain(verdict.badge)}]"


def _trouble() -> None:
    if text := st.session_state.pop(_TROUBLE, ""):
        st.error(plain(text), icon=":material/error:")


def _show_more(shown: int) -> None:
    st.session_state[_SHOWN] = shown + _PAGE


def _forget() -> None:
    for key in (_SHOWN, _NEWS):
        st.session_state.pop(key, None)
