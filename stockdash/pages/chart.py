"""The chart page: one symbol, its candles and its indicators."""

from datetime import UTC, datetime

import streamlit as st

from stockdash.pages import _frames
from stockdash.pages._engine import Desk, Engine, engine
from stockdash.pages._frames import Shelf
from stockdash.pages._header import Heading, heading_html
from stockdash.pages._panel import panel
from stockdash.pages._session import Session, open_session
from stockdash.pages._stage import stage
from stockdash.pages._style import STYLE
from stockdash.pages._toolbar import seed, toolbar
from stockdash.pages._view import Instance, View
from stockdash.pages._watchlist import sidebar_top
from stockdash.registry import Catalog

_FIRST_INDICATORS = ("sma", "ema")


def page() -> None:
    """Draw the page."""
    app = engine()
    desk = app.real
    session, is_new = open_session(app.catalog, default_view(app.catalog, desk.watchlist()[0]))
    if is_new:
        seed(session.view)
    st.html(STYLE)
    for note in session.notes:
        st.warning(note, icon=":material/link_off:")
    of = _frames.shelf(desk.store, session.view.symbol, made_up=desk.made_up)
    with st.sidebar:
        sidebar_top(session, desk)
    _body(session, app, desk, of)


def default_view(catalog: Catalog, symbol: str) -> View:
    """Give the view of a visitor who brings no link."""
    known = [name for name in _FIRST_INDICATORS if name in catalog.indicators]
    lengths = {"sma": 20, "ema": 50}
    instances = (Instance(name, catalog.indicators[name].params(length=lengths[name])) for name in known)
    return View(symbol, instances=tuple(instances))


def _body(session: Session, app: Engine, desk: Desk, of: Shelf) -> None:
    now = datetime.now(UTC)
    heading = Heading(of.symbol, _frames.facts(of), _frames.quote(of), app.market.state(now), is_demo=desk.made_up)
    st.html(heading_html(heading, now=now))
    toolbar(session)
    with st.sidebar:
        panel(session, app.catalog)
    stage(session, app.catalog, of)
