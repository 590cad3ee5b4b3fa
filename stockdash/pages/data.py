"""The Data page: what is stored, how complete it is, what ran, what happened to the bars, and a run by hand."""

from pathlib import Path

import numpy as np
import pandas as pd
import streamlit as st

from stockdash.bars import INTERVALS, Interval
from stockdash.charts.coverage import coverage_map, legend_html
from stockdash.errors import StoreError
from stockdash.ingest.details import EVENTS, RUNS
from stockdash.ingest.gaps import REASONS
from stockdash.ingest.schedule import next_run
from stockdash.ingest.shards import NAME
from stockdash.pages import _signin
from stockdash.pages._completeness import Inspection, Row, rows, stale
from stockdash.pages._data_facts import Facts, duration_text, facts_html, failures_html, holder_text
from stockdash.pages._engine import Desk, Engine, engine
from stockdash.pages._ingesting import ingesting
from stockdash.pages._style import STYLE
from stockdash.pages._symbol_data import NAMES, WIDE, events_table, symbol_data, when
from stockdash.stores import Run, Store

_CSS = f"<style>{Path(__file__).with_name('data.css').read_text(encoding='utf-8')}</style>"
_SPANS: dict[Interval, dict[str, int]] = {
    "1d": {"1 month": 21, "3 months": 63, "1 year": 252},
    "30m": {"1 month": 21, "59 days": 42},
}
_USUAL: dict[Interval, str] = {"1d": "3 months", "30m": "59 days"}
_ROWS = 40  # symbols on one picture
_INTERVAL, _SPAN, _FILTER, _PAGE, _SYMBOL = "data.interval", "data.span", "data.filter", "data.page", "data.symbol"
_LINK = "symbol"
_ALT = "How complete the sessions of each symbol are. The table below says the same in numbers."


def page() -> None:
    """Draw the page."""
    st.html(STYLE + _CSS)
    try:
        _draw(engine())
    except StoreError as exc:
        st.error(f"The state of the data can't be read. {exc}", icon=":material/error:")
        st.button("Try again", icon=":material/refresh:", key="data.again")


def _draw(app: Engine) -> None:
    desk, now = app.real, app.clock()
    with st.spinner("Reading the store …", show_time=False):
        runs = desk.store.runs(last=RUNS)
        of = Inspection(desk.store, app.market, now, run=f"{runs[0].finished_at}" if runs else "")
        watched = desk.watchlist()
        behind = stale(of, watched)
        st.html(facts_html(_facts(app, desk, runs[:1], watched, behind), now=now))
    _warnings(desk)
    ingesting(desk)
    symbols = tuple(dict.fromkeys((*behind, *watched, *desk.store.symbols())))
    coverage, ran, happened = st.tabs(["Coverage", "Runs", "Data quality"], key="data.tabs", on_change="rerun")
    if coverage.open:
        with coverage:
            _coverage(of, symbols)
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


@st.fragment
def _coverage(of: Inspection, symbols: tuple[str, ...]) -> None:
    if not symbols:
        st.info("Nothing is stored and nothing is watched yet. Open a symbol on the chart and fetch it.")
        return
    interval, count, shown = _controls(symbols)
    if not shown:
        st.caption("No symbol of that name.")
        return
    try:
        found = rows(of, shown, interval, count)
        st.html(legend_html())
        st.plotly_chart(_figure(found), key="data.map", config={"displayModeBar": False}, alt=_ALT)
        _table(found, interval)
        _one(of, symbols)
    except StoreError as exc:
        st.error(f"The store can't be read. {exc}", icon=":material/error:")


def _controls(symbols: tuple[str, ...]) -> tuple[Interval, int, tuple[str, ...]]:
    """Draw what the picture is of, and give interval, sessions and symbols."""
    with st.container(horizontal=True, vertical_alignment="center", key="data-controls"):
        interval: Interval = st.segmented_control(
            "Interval",
            INTERVALS,
            key=_INTERVAL,
            default="1d",
            required=True,
            format_func=NAMES.__getitem__,
            label_visibility="collapsed",
        )
        spans = _SPANS[interval]
        span = st.segmented_control(
            "Span",
            spans,
            key=f"{_SPAN}.{interval}",
            default=_USUAL[interval],
            required=True,
            label_visibility="collapsed",
        )
        wanted = st.text_input(
            "Symbols",
            key=_FILTER,
            placeholder="Filter symbols",
            icon=":material/search:",
            width=180,
            label_visibility="collapsed",
        )
        matching = tuple(symbol for symbol in symbols if (wanted or "").strip().upper() in symbol)
        pages = max(-(-len(matching) // _ROWS), 1)
        at = 1
        if pages > 1:
            if st.session_state.get(_PAGE, 1) > pages:
                del st.session_state[_PAGE]
            at = st.pagination(pages, key=_PAGE)
            st.caption(f"{len(matching):,} symbols, those that are behind first")
    return interval, spans[span], matching[(at - 1) * _ROWS : at * _ROWS]


def _figure(found: list[Row]) -> dict[str, object]:
    parts = [row.sessions for row in found]
    return coverage_map(
        [row.symbol for row in found],
        parts[0].sessions,
        *(np.stack([getattr(part, name) for part in parts]) for name in ("reasons", "stored", "expected")),
    )


def _table(found: list[Row], interval: Interval) -> None:
    st.dataframe(
        pd.DataFrame([_cells(row, interval) for row in found]),
        hide_index=True,
        width="stretch",
        key="data.rows",
        on_select=lambda: _pick(found),
        selection_mode="single-row",
    )


def _cells(row: Row, interval: Interval) -> dict[str, object]:
    has, counts = row.held[interval], np.bincount(row.sessions.reasons + 1, minlength=len(REASONS) + 1)[1:]
    return {
        "Symbol": row.symbol,
        "First bar": has and f"{has.first:%Y-%m-%d}",
        "Last bar": has and (f"{has.last:%Y-%m-%d}" if interval == "1d" else when(has.last)),
        "Bars": has.count if has else 0,
        "Last answer": has and when(has.last_fetched),
        "Sessions complete": int(counts[0]),
        "Provisional": int(counts[1]),
        "Missing at the source": int(counts[2]),
        "Not fetched": int(counts[3]),
    }


def _pick(found: list[Row]) -> None:
    picked = st.session_state["data.rows"].selection.rows
    if picked:
        st.session_state[_SYMBOL] = found[picked[0]].symbol


def _one(of: Inspection, symbols: tuple[str, ...]) -> None:
    """Draw the details of the symbol that is chosen; a link may name it."""
    if _SYMBOL not in st.session_state and st.query_params.get(_LINK) in symbols:
        st.session_state[_SYMBOL] = st.query_params[_LINK]
    chosen = st.selectbox(
        "One symbol in detail", symbols, index=None, key=_SYMBOL, placeholder="Choose a symbol or a row"
    )
    if chosen is not None:
        symbol_data(of, chosen)


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
