"""The picture on the Data page: how complete the sessions of many symbols are, and one of them in detail."""

from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from stockdash.bars import Interval
from stockdash.charts.coverage import coverage_map, legend_html
from stockdash.ingest.gaps import REASONS
from stockdash.pages._completeness import Inspection, Row, rows
from stockdash.pages._symbol_data import NAMES, symbol_data, when
from stockdash.pages._unreadable import store_errors_told

_SPANS: dict[Interval, dict[str, int]] = {
    "1d": {"1 month": 21, "3 months": 63, "1 year": 252},
    "30m": {"1 month": 21, "59 days": 42},
}
_USUAL: dict[Interval, str] = {"1d": "3 months", "30m": "59 days"}
_ROWS = 40  # symbols on one picture
_TIME_WIDTH = 160  # pixels
_INTERVAL, _SPAN, _FILTER, _PAGE, _SYMBOL = "data.interval", "data.span", "data.filter", "data.page", "data.symbol"
_LINK = "symbol"
_ALT = "How complete the sessions of each symbol are. The table below says the same in numbers."


@st.fragment
def coverage(of: Inspection, symbols: tuple[str, ...]) -> None:
    """Draw how complete the sessions of `symbols` are, and one of them in detail; picking there runs nothing else."""
    if not symbols:
        st.info("Nothing is stored and nothing is watched yet. Open a symbol on the chart and fetch it.")
        return
    interval, count, shown = _controls(symbols)
    if not shown:
        st.caption("No symbol of that name.")
        return
    with store_errors_told("data.coverage", "The store can't be read."):
        found = rows(of, shown, interval, count)
        st.html(legend_html())
        st.plotly_chart(_figure(found), key="data.map", config={"displayModeBar": False}, alt=_ALT)
        _table(found, interval)
        _one(of, symbols)


def _controls(symbols: tuple[str, ...]) -> tuple[Interval, int, tuple[str, ...]]:
    """Draw what the picture is of, and give interval, sessions and symbols."""
    with st.container(horizontal=True, vertical_alignment="center", key="data-controls"):
        interval: Interval = _choice("Interval", dict(NAMES), key=_INTERVAL, usual="1d")
        spans = _SPANS[interval]
        span = _choice("Span", {name: name for name in spans}, key=f"{_SPAN}.{interval}", usual=_USUAL[interval])
        wanted = st.text_input(
            "Symbols",
            key=_FILTER,
            placeholder="Filter symbols",
            icon=":material/search:",
            width=180,
            label_visibility="collapsed",
        )
        matching = tuple(symbol for symbol in symbols if (wanted or "").strip().upper() in symbol)
        at = _page(matching)
    return interval, spans[span], matching[(at - 1) * _ROWS : at * _ROWS]


def _choice(label: str, names: dict[str, str], *, key: str, usual: str) -> Any:
    return st.segmented_control(
        label,
        list(names),
        key=key,
        default=usual,
        required=True,
        format_func=names.__getitem__,
        label_visibility="collapsed",
    )


def _page(matching: tuple[str, ...]) -> int:
    """Draw the pages that so many symbols take, and give the number of the one that is open."""
    pages = -(-len(matching) // _ROWS)
    if pages <= 1:
        return 1
    if st.session_state.get(_PAGE, 1) > pages:
        del st.session_state[_PAGE]
    at = st.pagination(pages, key=_PAGE)
    st.caption(f"{len(matching):,} symbols, those that are behind first")
    return at


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
        column_config=dict.fromkeys(("Last bar", "Last answer"), st.column_config.TextColumn(width=_TIME_WIDTH)),
    )


def _cells(row: Row, interval: Interval) -> dict[str, object]:
    has, counts = row.held[interval], np.bincount(row.sessions.reasons + 1, minlength=len(REASONS) + 1)[1:]
    return {
        "Symbol": row.symbol,
        "First bar": f"{has.first:%Y-%m-%d}" if has else "",
        "Last bar": "" if has is None else f"{has.last:%Y-%m-%d}" if interval == "1d" else when(has.last),
        "Bars": has.count if has else 0,
        "Last answer": when(has.last_fetched) if has else "",
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
