"""The top of the sidebar: symbol search, and the watchlist with last prices.

What it costs depends on the rows that are shown, never on how many symbols are stored.
"""

import streamlit as st

from stockdash.errors import InvalidSymbolError, StoreDamagedError
from stockdash.pages import _frames
from stockdash.pages._arriving import rest_on_its_way
from stockdash.pages._engine import Desk
from stockdash.pages._header import change_text, price_text
from stockdash.pages._session import Session
from stockdash.pages._sidebar import first_offer, found_key
from stockdash.pages._signin import may_fetch
from stockdash.pages._unreadable import store_errors_told
from stockdash.stores import ReadStore
from stockdash.symbols import parse_symbol

MOST_ROWS = 12
SEARCH = "search"
_MOST_FOUND = 6
_LIST = "watchlist"
_NAMES_SECONDS = 15
_COLORS = {True: "green", False: "red"}


def sidebar_top(session: Session, desk: Desk) -> None:
    """Draw the search and the watchlist."""
    _search(session, desk)
    watched = desk.watchlist()
    listed = rows(watched, session.view.symbol)
    _rows(session, desk, listed)
    rest_on_its_way(desk, tuple(symbol for symbol in listed if symbol in watched))
    _unfollow(session, desk, watched)
    if len(watched) > MOST_ROWS:
        st.caption(f"{len(watched) - MOST_ROWS:,} more on the watchlist: search for them above.")


def rows(watched: tuple[str, ...], current: str) -> tuple[str, ...]:
    """Give the symbols to list: the first ones watched, and always the current one."""
    first = watched[:MOST_ROWS]
    return first if current in first else (*first[: MOST_ROWS - 1], current)


def matches(text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    """Give known symbols for what was typed: those that begin with it first."""
    wanted = text.strip().upper()
    if not wanted:
        return ()
    beginning = [symbol for symbol in known if symbol.lstrip("^").startswith(wanted.lstrip("^"))]
    inside = [symbol for symbol in known if wanted in symbol and symbol not in beginning]
    return tuple((beginning + inside)[:_MOST_FOUND])


def _unfollow(session: Session, desk: Desk, watched: tuple[str, ...]) -> None:
    symbol = session.view.symbol
    if symbol in watched and symbol not in desk.tickers and desk.scheduler is not None and may_fetch(desk):
        st.button(
            f"Remove {_escaped(symbol)} from the watchlist",
            key="unfollow",
            type="tertiary",
            icon=":material/playlist_remove:",
            on_click=desk.unfollow,
            args=(symbol,),
        )


@st.fragment
@store_errors_told(SEARCH)
def _search(session: Session, desk: Desk) -> None:
    text = st.text_input(
        "Symbol",
        key=SEARCH,
        type="search",
        live="200ms",
        max_chars=40,
        placeholder="Search symbol",
        icon=":material/search:",
        label_visibility="collapsed",
    )
    if not text or not text.strip():
        return
    with st.container(key=found_key(SEARCH)):
        _found(session, text, matches(text, _stored(desk.store, desk.store.name)))


def _found(session: Session, text: str, found: tuple[str, ...]) -> None:
    new = _new_symbol(text, found)
    if not found and new is None:
        st.caption("Not a ticker symbol. Symbols look like NVDA, BRK-B, ^GSPC, 7203.T or EURUSD=X.")
        return
    for symbol in found:
        _offer(session, symbol, label=_escaped(symbol))
    if new is not None:
        _offer(session, new, label=f"Open {_escaped(new)}")
    first_offer(text, "opens")


def _new_symbol(text: str, found: tuple[str, ...]) -> str | None:
    try:
        symbol = parse_symbol(text)
    except InvalidSymbolError:
        return None
    return symbol if symbol not in found else None


def _offer(session: Session, symbol: str, *, label: str) -> None:
    st.button(label, key=f"found.{symbol}", width="stretch", on_click=_open, args=(session, symbol))


def _open(session: Session, symbol: str) -> None:
    st.session_state[SEARCH] = ""
    session.open(symbol)
    st.rerun()


def _rows(session: Session, desk: Desk, listed: tuple[str, ...]) -> None:
    """Draw the rows as one widget: each element of its own would have a share in every rerun of the chart.

    A browser tells a row by its label. So a label is the symbol alone: one with the price in it would, when it comes
    a moment after the price has changed, be that of a symbol that nobody knows.
    """
    st.session_state[_LIST] = session.view.symbol
    st.radio(
        "Watchlist",
        listed,
        captions=[_last_price(desk, symbol) for symbol in listed],
        key=_LIST,
        format_func=_escaped,
        label_visibility="collapsed",
        on_change=_pick,
        args=(session,),
    )


def _pick(session: Session) -> None:
    session.open(st.session_state[_LIST])


def _last_price(desk: Desk, symbol: str) -> str:
    """Give, as Markdown, the last price and its change in percent."""
    try:
        quote = _frames.quote(_frames.shelf(desk.store, symbol, made_up=desk.made_up))
    except StoreDamagedError:  # told where it is to be shown
        quote = None
    if quote is None:
        return f":gray[{change_text(None)}]"
    change = quote.change_percent
    color = _COLORS[change > 0] if change else "gray"
    return f"{price_text(quote.price)} :{color}[{change_text(change)}]"


def _escaped(symbol: str) -> str:
    return symbol.replace("_", r"\_")


@st.cache_data(show_spinner=False, ttl=_NAMES_SECONDS, max_entries=4)
def _stored(_store: ReadStore, name: str) -> tuple[str, ...]:  # noqa: ARG001 - hashed
    return _store.symbols()
