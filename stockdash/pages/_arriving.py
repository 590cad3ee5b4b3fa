"""What the page shows while a symbol has no bars: that they are on their way, or why they are not."""

import re
import shlex
from html import escape
from itertools import islice
from typing import Literal

import streamlit as st

from stockdash.errors import StockdashError
from stockdash.ingest.backlog import Snapshot, SymbolState
from stockdash.pages import _frames
from stockdash.pages._engine import Desk
from stockdash.pages._session import Session
from stockdash.pages._signin import may_fetch
from stockdash.pages._unreadable import store_errors_told

Stage = Literal["unknown", "on its way", "failed", "empty"]

_LOOK_SECONDS = 1.0
_STEPS = {
    "waiting": "waiting",
    "asking": "fetching …",
    "stored": "stored",
    "up to date": "up to date",
    "failed": "failed",
}
_MOST_ROWS = 8
_TIME = re.compile(r"\d\d:\d\d.*")  # and its zone, at the end of what a source says of its silence
_DONE = {"stored", "up to date", "failed"}


def without_bars(session: Session, desk: Desk) -> None:
    """Draw the page of a symbol of which nothing is stored."""
    symbol = session.view.symbol
    desk.refill()
    if desk.scheduler is None:
        _not_in_snapshots(desk, symbol)
    elif desk.is_lost(symbol) and symbol not in desk.watchlist():
        _unknown(session, desk)
    elif _stage(desk, symbol) != "unknown":
        _awaited(session, desk, _stage(desk, symbol))
    else:
        _unknown(session, desk)


def rest_on_its_way(desk: Desk, listed: tuple[str, ...]) -> None:
    """Draw, below the watchlist, how far the first fetch of the `listed` symbols is; nothing when all are stored."""
    missing = _missing(desk, listed)
    if missing and _is_fetching(desk, missing):
        _rest(desk, listed, missing)


def progress_html(snapshot: Snapshot, first: str) -> str:
    """Give the symbols that are being fetched, `first` before the others, each with its state, as HTML."""
    states = {symbol: snapshot.symbols[symbol] for symbol in (first, *snapshot.symbols) if symbol in snapshot.symbols}
    rows = [_row(symbol, state) for symbol, state in islice(states.items(), _MOST_ROWS)]
    if len(states) > _MOST_ROWS:
        rows.append(f"<li>and {len(states) - _MOST_ROWS:,} more</li>")
    return f'<ul class="sd-steps" aria-live="polite">{"".join(rows)}</ul>'


def reason_html(reason: str, silence: str) -> str:
    """Give why a symbol could not be fetched, and until when nothing is asked unless `reason` says so, as HTML."""
    lines = [reason] if silence in reason else [f"{silence}.", reason]
    return "".join(f'<p class="sd-reason">{escape(line[:1].upper() + line[1:])}</p>' for line in lines)


def retry_label(silence: str) -> str:
    """Give the text of the button that asks again: while the source is not asked, with the time from which it is."""
    found = _TIME.search(silence)
    return f"Try again at {found[0]}" if found else "Try again"


def share_done(snapshot: Snapshot) -> float:
    """Give how much of what is wanted has ended, 0 to 1."""
    steps = [state.step for state in snapshot.symbols.values()]
    return sum(step in _DONE for step in steps) / len(steps) if steps else 0.0


def _row(symbol: str, state: SymbolState) -> str:
    word = state.step.replace(" ", "-")
    reason = f": {escape(state.reason)}" if state.reason else ""
    return f'<li class="sd-{word}"><b>{escape(symbol)}</b> {_STEPS[state.step]}{reason}</li>'


def stage_of(state: SymbolState | None, *, is_expected: bool) -> Stage:
    """Tell where a symbol without bars is; `is_expected` when a run will come to it by itself."""
    if state is None:
        return "on its way" if is_expected else "unknown"
    if state.step == "failed":
        return "failed" if state.reason else "on its way"  # why is told when the run ends
    return "empty" if state.step in _DONE else "on its way"


def _stage(desk: Desk, symbol: str) -> Stage:
    is_expected = desk.on_schedule and symbol in desk.watchlist()
    return stage_of(desk.snapshot().symbols.get(symbol), is_expected=is_expected)


@st.fragment(run_every=_LOOK_SECONDS)
@store_errors_told("arriving")
def _awaited(session: Session, desk: Desk, drawn: Stage) -> None:
    """Draw how the symbol's first fetch goes, until there is something else to draw."""
    if _stage(desk, session.view.symbol) != drawn or _frames.is_stored(desk.store, session.view.symbol):
        st.rerun()
    with st.container(border=True, key="arriving"):
        if drawn == "on its way":
            _on_its_way(session, desk)
        else:
            _failed(session, desk)


def _on_its_way(session: Session, desk: Desk) -> None:
    snapshot = desk.snapshot()
    asked = desk.source.name if desk.source is not None else "its source"
    origin = "made up" if desk.made_up else f"fetched from {asked}"
    st.subheader(f"Fetching {session.view.symbol}", anchor=False)
    st.markdown(f"Its history is being {origin} and stored. The chart opens by itself when it is there.")
    st.progress(share_done(snapshot))
    st.html(progress_html(snapshot, session.view.symbol))
    if snapshot.last_error and not snapshot.running:
        st.html(f'<p class="sd-reason">{escape(snapshot.last_error)}</p>')
    if not desk.made_up:
        _demo_button(session)


@st.fragment(run_every=_LOOK_SECONDS)
@store_errors_told("rest")
def _rest(desk: Desk, listed: tuple[str, ...], missing_before: tuple[str, ...]) -> None:
    missing = _missing(desk, listed)
    if missing != missing_before or not _is_fetching(desk, missing):
        st.rerun()
    st.progress(share_done(desk.snapshot()), text=f"Fetching {', '.join(missing)}")


def _missing(desk: Desk, listed: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(symbol for symbol in listed if not _frames.is_stored(desk.store, symbol))


def _is_fetching(desk: Desk, symbols: tuple[str, ...]) -> bool:
    states = desk.snapshot().symbols
    return any(symbol in states and states[symbol].step not in _DONE for symbol in symbols)


def _failed(session: Session, desk: Desk) -> None:
    symbol, silence = session.view.symbol, desk.silence()
    reason = desk.snapshot().symbols[symbol].reason or f"The source has no bars of {symbol}."
    st.subheader(f"{symbol} could not be fetched", anchor=False)
    st.html(reason_html(reason, silence))
    st.markdown("Bars are fetched once and then kept: whatever has been fetched before is shown without a network.")
    with st.container(horizontal=True):
        if may_fetch(desk):
            st.button(
                retry_label(silence),
                icon=":material/refresh:",
                type="primary",
                key="retry",
                on_click=_retry,
                args=(desk, symbol),
                disabled=bool(silence),
            )
        if not desk.made_up:
            _demo_button(session)


def _retry(desk: Desk, symbol: str) -> None:
    desk.fetch(symbol)
    st.rerun()


def _unknown(session: Session, desk: Desk) -> None:
    symbol = session.view.symbol
    with st.container(border=True, key="arriving"):
        st.subheader(f"Nothing is stored of {symbol}", anchor=False)
        st.markdown("Nothing has been asked or fetched yet. Fetching puts the symbol on the watchlist.")
        if not may_fetch(desk):
            st.caption("Only an operator of this app can fetch it. Ask one.")
        elif st.button(f"Fetch {symbol}", icon=":material/download:", type="primary", key="follow"):
            _follow(desk, symbol)


def _follow(desk: Desk, symbol: str) -> None:
    try:
        desk.follow(symbol)
    except StockdashError as exc:
        st.error(str(exc), icon=":material/error:")
    else:
        st.rerun()


def _not_in_snapshots(desk: Desk, symbol: str) -> None:
    with st.container(border=True, key="arriving"):
        st.subheader(f"No bars of {symbol}", anchor=False)
        st.html(f'<p class="sd-reason">{escape(desk.store.name)} has none. This page only reads it.</p>')
        st.markdown("Another process fills it. Once, or from now on by the exchange's calendar:")
        st.code(f"stockdash ingest {shlex.quote(symbol)}\nstockdash worker", language=None)


def _demo_button(session: Session) -> None:
    st.button(
        "Explore made-up demo data",
        icon=":material/science:",
        key="demo",
        on_click=_explore,
        args=(session,),
    )


def _explore(session: Session) -> None:
    session.show_range(demo=True)
    st.rerun()
