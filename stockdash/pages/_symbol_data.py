"""One symbol on the Data page: what is stored, what lacks, what happened to its bars, its splits and dividends."""

from collections.abc import Sequence
from datetime import datetime
from html import escape

import pandas as pd
import streamlit as st

from stockdash.adjust import describe
from stockdash.bars import Action, Interval
from stockdash.charts.coverage import LABELS
from stockdash.ingest.gaps import Gap
from stockdash.ingest.status import ByInterval, held
from stockdash.market import NEW_YORK
from stockdash.pages._completeness import Inspection, gaps
from stockdash.stores import Coverage, Event

NAMES = {"1d": "Day", "30m": "30 min"}
WIDE = {"What": st.column_config.TextColumn(width="large"), "Errors": st.column_config.TextColumn(width="large")}
_MOST = 100


def symbol_data(of: Inspection, symbol: str) -> None:
    """Draw everything about `symbol`; raises `StoreError`."""
    facts = of.store.facts(symbol)
    about = " · ".join(filter(None, (facts.name, facts.exchange, facts.currency))) if facts else ""
    st.html(f"<h2 class=sd-symbol>{escape(symbol)} <small>{escape(about)}</small></h2>")
    st.dataframe(stored_table(held(of.store, [symbol])[symbol]), hide_index=True, width="stretch")
    lacking, events, actions = gaps(of, symbol), of.store.events(symbol, last=_MOST), of.store.actions(symbol)
    for title, table, none in (
        ("Gaps", gaps_table(lacking), "No bar lacks in the last quarter of a year."),
        ("What happened to its bars", events_table(events), "Nothing was restated, set aside or withdrawn."),
        ("Splits and dividends", actions_table(actions), "None are known."),
    ):
        st.html(f"<h3 class=sd-section>{title}</h3>")
        if table.empty:
            st.caption(none)
        else:
            st.dataframe(table, hide_index=True, width="stretch", height="content", column_config=WIDE)


def stored_table(has: ByInterval) -> pd.DataFrame:
    """Give a row for each interval: the first and the last bar, how many, and when the source last answered."""
    rows = [(NAMES[interval], *_coverage(one, interval)) for interval, one in has.items()]
    return pd.DataFrame(rows, columns=["Interval", "First bar", "Last bar", "Bars", "Last answer"])


def gaps_table(lacking: Sequence[Gap]) -> pd.DataFrame:
    """Give a row for each gap."""
    rows = [(NAMES[gap.interval], f"{gap.first}", f"{gap.last}", gap.bars, LABELS[gap.reason]) for gap in lacking]
    return pd.DataFrame(rows, columns=["Interval", "From", "To", "Bars", "Reason"])


def events_table(events: Sequence[Event], *, with_symbol: bool = False) -> pd.DataFrame:
    """Give a row for each event, the symbol's own column only where several are told of."""
    rows = [
        (when(event.at), event.symbol or "the store", NAMES.get(event.interval or "", "all"), event.kind, event.detail)
        for event in events
    ]
    table = pd.DataFrame(rows, columns=["When", "Symbol", "Interval", "Kind", "What"])
    return table if with_symbol else table.drop(columns="Symbol")


def actions_table(actions: Sequence[Action]) -> pd.DataFrame:
    """Give a row for each version of a split or dividend, the newest first."""
    rows = [(f"{action.ex_date}", describe(action), when(action.first_seen)) for action in sorted(actions)[::-1]]
    return pd.DataFrame(rows, columns=["Ex-date", "What", "First seen"])


def when(moment: datetime) -> str:
    """Give a time in New York: ``2026-11-20 16:21 ET``."""
    return f"{moment.astimezone(NEW_YORK):%Y-%m-%d %H:%M} ET"


def _coverage(has: Coverage | None, interval: Interval) -> tuple[str, str, int, str]:
    if has is None:
        return ("", "", 0, "")
    # A daily bar's start is its date, which another time zone would change.
    show = when if interval == "30m" else lambda day: f"{day:%Y-%m-%d}"
    return (show(has.first), show(has.last), has.count, when(has.last_fetched))
