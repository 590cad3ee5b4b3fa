"""The button that ingests now, and how the run that goes on is doing."""

import time
from html import escape

import streamlit as st

from stockdash.errors import StoreError
from stockdash.ingest.shards import NAME
from stockdash.pages._arriving import progress_html, reason_html, share_done
from stockdash.pages._data_facts import lease_text, run_text
from stockdash.pages._engine import Desk
from stockdash.pages._signin import may_fetch
from stockdash.pages._unreadable import store_errors_told
from stockdash.stores import Store

_ASKED, _SAID = "data.asked", "data.said"
_LOOK_SECONDS = 1.0
# Until a run that was asked for is seen to go on; one that is over sooner had nothing to do.
_START_SECONDS = 4.0


def ingesting(desk: Desk) -> None:
    """Draw the button, and the progress while a run of this process goes on."""
    if desk.scheduler is None:
        st.caption("This app only reads: another process ingests. By hand: stockdash ingest")
        return
    if desk.snapshot().running or _ASKED in st.session_state:
        _progress(desk)
    elif may_fetch(desk):
        _button(desk)
    else:
        st.caption("Only an operator of this app can ingest from here.")
    if said := st.session_state.pop(_SAID, None):
        kind, text = said
        st.html(reason_html(text, "") if kind == "trouble" else f'<p class="sd-done" role="status">{escape(text)}</p>')


def refusal(desk: Desk) -> str:
    """Tell why a run would be of no use now; empty when it may begin."""
    if silence := desk.silence():
        return f"Nothing would be asked: {silence}. What is stored stays as it is."
    others = desk.store.leases(NAME) if isinstance(desk.store, Store) else ()
    if others:
        return f"Another process ingests already: {lease_text(others[0])}. Its bars show here when it is done."
    return ""


def _button(desk: Desk) -> None:
    st.button("Ingest now", icon=":material/sync:", type="primary", key="data.ingest", on_click=_ingest, args=(desk,))


def _ingest(desk: Desk) -> None:
    try:
        said = refusal(desk)
    except StoreError as exc:
        said = str(exc)
    if said:
        st.session_state[_SAID] = ("trouble", said)
        return
    desk.fetch()
    st.session_state[_ASKED] = time.monotonic()


@st.fragment(run_every=_LOOK_SECONDS)
@store_errors_told("data.progress", "The state of the data can't be read.")
def _progress(desk: Desk) -> None:
    snapshot = desk.snapshot()
    asked_at = st.session_state.get(_ASKED)
    if not snapshot.running and (asked_at is None or time.monotonic() - asked_at > _START_SECONDS):
        _conclude(desk)
    done = share_done(snapshot)
    st.progress(done, text=f"Ingesting: {done:.0%} of the symbols are looked at" if snapshot.running else "Starting …")
    working = {symbol: state for symbol, state in snapshot.symbols.items() if state.step in {"asking", "failed"}}
    if working:
        st.html(progress_html(snapshot, next(iter(working))))


def _conclude(desk: Desk) -> None:
    """Tell what came of the run, and draw the page anew."""
    st.session_state.pop(_ASKED, None)
    error = desk.snapshot().last_error
    newest = desk.store.runs(last=1)
    done = f"Done: {run_text(newest[0])}." if newest else "Done."
    st.session_state[_SAID] = ("trouble", error) if error else ("done", done)
    st.rerun()
