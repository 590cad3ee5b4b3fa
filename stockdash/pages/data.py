"""The Data page: what is stored, how complete it is, what ran, what happened to the bars, and a run by hand."""

from pathlib import Path

import pandas as pd
import streamlit as st

from stockdash.ingest.details import EVENTS, RUNS
from stockdash.ingest.schedule import next_run
from stockdash.ingest.shards import NAME
from stockdash.pages import _signin
from stockdash.pages._completeness import Inspection, stale
from stockdash.pages._coverage import coverage
from stockdash.pages._data_facts import Facts, duration_text, facts_html, failures_html, holder_text
from stockdash.pages._engine import Desk, Engine, engine
from stockdash.pages._ingesting import ingesting
from stockdash.pages._style import STYLE
from stockdash.pages._symbol_data import WIDE, events_table, when
from stockdash.pages._unreadable import store_errors_told
from stockdash.stores import Run, Store

_CSS = f"<style>{Path(__file__).with_name('data.css').read_text(encoding='utf-8')}</style>"


def page() -> None:
    """Draw the page."""
    st.html(STYLE + _CSS)
    with store_errors_told("data", "The state of the data can't be read."):
        _draw(engine())


def _draw(app: Engine) -> None:
    desk, now = app.real, app.clock()
    with st.spinner("Reading the store …", show_time=False):
        runs = desk.store.runs(last=RUNS)
        of = Inspection(desk.store, app.market, now, run=f"{runs[0].finished_at}" if runs else "")
        watched = desk.watchlist()
        desk.refill()
        behind = stale(of, watched)
        st.html(facts_html(_facts(app, desk, runs[:1], watched, behind), now=now))
    _warnings(desk)
    ingesting(desk)
    symbols = tuple(dict.fromkeys((*behind, *watched, *desk.store.symbols())))
    covered, ran, happened = st.tabs(["Coverage", "Runs", "Data quality"], key="data.tabs", on_change="rerun")
    if covered.open:
        with covered:
            coverage(of, symbols)
    if ran.open:
        with ran:
            _runs(runs)
    if happened.open:
        with happened:
            _events(desk)


def _facts(
    app: Engine, desk: Desk, newest: tuple[Run, ...], watched: tuple[str, ...], behind: tuple[str, ...]
) -> Facts:
    return Facts(
        store=desk.store.name,
        watched=len(watched),
        stale=behind,
        last_run=newest[0] if newest else None,
        leases=desk.store.leases(NAME) if isinstance(desk.store, Store) else None,
        next_run=next_run(app.market, app.clock()) if desk.on_schedule else None,
        silence=desk.silence(),
        reads_only=not isinstance(desk.store, Store),
    )


def _warnings(desk: Desk) -> None:
    if _signin.is_operator() and (warning := _signin.present_exposure()):
        st.warning(warning, icon=":material/public:")
    if desk.made_up:
        st.warning("This is made-up demo data: no price here is real.", icon=":material/science:")
    for notice in desk.store.notices:
        st.warning(notice, icon=":material/warning:")


def _runs(runs: tuple[Run, ...]) -> None:
    if not runs:
        st.info("No run has ended yet.")
        return
    table = pd.DataFrame(
        [
            {
                "Ended": when(run.finished_at),
                "Took": duration_text(run.finished_at - run.started_at),
                "New": run.written.inserted,
                "Updated": run.written.updated,
                "Unchanged": run.written.unchanged,
                "Failed": len(run.failed),
                "Errors": "; ".join(f"{symbol}: {reason}" for symbol, reason in run.failed.items()),
                "By": holder_text(run.holder),
            }
            for run in runs
        ]
    )
    if runs[0].failed:
        st.html(failures_html(runs[0].failed))
    st.dataframe(table, hide_index=True, width="stretch", height="content", column_config=WIDE)


def _events(desk: Desk) -> None:
    events = desk.store.events(last=EVENTS)
    if not events:
        st.info("Nothing was restated, set aside or withdrawn so far.")
        return
    table = events_table(events, with_symbol=True)
    st.dataframe(table, hide_index=True, width="stretch", height="content", column_config=WIDE)
