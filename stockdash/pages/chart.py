"""The chart page: one symbol, its candles and its indicators."""

from dataclasses import replace
from html import escape

import streamlit as st

from stockdash.ingest.looks import looked_at
from stockdash.market import MarketState
from stockdash.pages import _frames
from stockdash.pages._adder import ADD
from stockdash.pages._applied import applied
from stockdash.pages._arriving import without_bars
from stockdash.pages._engine import Desk, Engine, demo_desk, engine
from stockdash.pages._header import Heading, heading_html, newest_expected
from stockdash.pages._instances import Instance
from stockdash.pages._panel import forget_cards, panel
from stockdash.pages._session import Session, Start, leave, open_session, write_link
from stockdash.pages._sidebar import keyboard
from stockdash.pages._stage import stage
from stockdash.pages._style import STYLE
from stockdash.pages._toolbar import seed, toolbar
from stockdash.pages._unreadable import store_errors_told
from stockdash.pages._view import View
from stockdash.pages._watchlist import MOST_ROWS, SEARCH, sidebar_top
from stockdash.registry import Catalog
from stockdash.stores import ReadStore
from stockdash.templates.kept import default_template

_FIRST_INDICATORS = {"sma": 20, "ema": 50}
_LAST_RESORT = "^GSPC"
_REFRESH_SECONDS = 60
_MADE_UP = (
    '<p class="sd-banner"><b>Made-up demo data.</b> These prices are invented: '
    "no symbol here shows what it is really worth.</p>"
)


def page() -> None:
    """Draw the page."""
    st.html(STYLE)
    with store_errors_told("page"):
        _draw(engine())


def default_view(catalog: Catalog, symbol: str) -> View:
    """Give the view of a visitor who brings no link."""
    known = {name: length for name, length in _FIRST_INDICATORS.items() if name in catalog.listings}
    instances = (Instance(name, catalog.find(name).params(length=length)) for name, length in known.items())
    return View(symbol, instances=tuple(instances))


def start(catalog: Catalog, store: ReadStore, symbol: str) -> Start:
    """Give what a visitor who brings no link sees: the indicators of the default template, if there is one."""
    view, template = default_view(catalog, symbol), default_template(store)
    if template is None:
        return Start(view)
    said = applied(template, catalog)
    return Start(replace(view, instances=said.instances), said.notes, names_indicators=True)


def default_symbol(desk: Desk) -> str:
    """Give the first watched symbol that can be shown, else the first stored, else the first watched."""
    watched = desk.watchlist()[:MOST_ROWS]
    shown = (symbol for symbol in watched if _frames.is_stored(desk.store, symbol))
    return next(shown, None) or next(iter((*desk.store.symbols(), *watched)), _LAST_RESORT)


def notes_html(notes: tuple[str, ...]) -> str:
    """Give notes as HTML, escaped: some quote what a link says."""
    return '<ul class="sd-notes" role="status">' + "".join(f"<li>{escape(note)}</li>" for note in notes) + "</ul>"


def _draw(app: Engine) -> None:
    session, is_new = open_session(app.catalog, lambda: start(app.catalog, app.real.store, default_symbol(app.real)))
    desk = demo_desk() if session.view.demo else app.real
    if is_new:
        seed(session.view)
        forget_cards(session, app.catalog)
    _notes(session, desk)
    of = _frames.shelf(desk.store, session.view.symbol, made_up=desk.made_up)
    with st.sidebar:
        sidebar_top(session, desk)
        keyboard(SEARCH, ADD)
    if _frames.quote(of) is None:
        leave()
        without_bars(session, desk)
        write_link(session)
        return
    _chart(session, app, desk, of)


def _chart(session: Session, app: Engine, desk: Desk, of: _frames.Shelf) -> None:
    header = st.empty()
    # Loading the exchange's calendar takes long the first time: the chart goes first.
    is_early = not app.knows_market
    header.html(_heading(of, app, None) if is_early else _heading(of, app, app.market_state()) + _doubt(desk, of))
    toolbar(session, of)
    with st.sidebar:
        panel(session, app.catalog)
    write_link(session)
    stage(session, app.catalog, of)
    market = app.market_state()
    if is_early:
        header.html(_heading(of, app, market) + _doubt(desk, of))
    if market.is_open:
        _refresh()


def _heading(of: _frames.Shelf, app: Engine, market: MarketState | None) -> str:
    now, quote = app.clock(), _frames.quote(of)
    expected = newest_expected(app.market, now) if market is not None else None
    if expected is not None and quote is not None and quote.session < expected:
        expected = newest_expected(app.market, now, looked_at=looked_at(of.store, of.symbol, "1d"))
    return heading_html(Heading(of.symbol, _frames.facts(of), quote, market, expected, is_demo=of.made_up), now=now)


def _notes(session: Session, desk: Desk) -> None:
    if desk.made_up:
        _demo_banner(session)
    if notes := (*desk.store.notices, *session.notes):
        st.html(notes_html(notes))


def _demo_banner(session: Session) -> None:
    if not session.view.demo:
        st.html(_MADE_UP)
        return
    with st.container(horizontal=True, vertical_alignment="center", key="madeup"):
        st.html(_MADE_UP)
        st.button("Leave the demo", key="leave-demo", on_click=session.show_range, kwargs={"demo": False})


def _doubt(desk: Desk, of: _frames.Shelf) -> str:
    """Say, as HTML, why what is shown may not be the newest there is."""
    state = desk.snapshot().symbols.get(of.symbol)
    reason = desk.silence() or (state.reason if state is not None else "")
    if not reason:
        return ""
    return f'<p class="sd-reason" role="status">Not up to date, showing what is stored: {escape(reason)}</p>'


def _refresh() -> None:
    from streamlit_autorefresh import st_autorefresh  # noqa: PLC0415 - needed only while the exchange is open

    st_autorefresh(interval=1000 * _REFRESH_SECONDS, key="refresh")
