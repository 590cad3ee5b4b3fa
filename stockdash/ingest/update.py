"""One symbol brought up to date: first its daily bars, then its 30-minute bars.

Each interval is written on its own, in one transaction: what is stored is whole at every moment, since rows tell by
`fetched_at` which splits are in them. So the first chart is there before the 30-minute bars are, and a failure
between the two loses nothing. 30-minute bars come second because the daily answer brings the actions.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import pandas as pd

from stockdash.adjust import implausible_dividends, rebase
from stockdash.bars import Action, Interval, check_bars
from stockdash.errors import SourceUnavailableError
from stockdash.ingest import notes
from stockdash.ingest.anchor import Anchor, anchor_of, factor_of, recall, remembering, seen_again
from stockdash.ingest.carry import carry_daily, carry_intraday
from stockdash.ingest.looks import look
from stockdash.ingest.plan import TAIL, append_from
from stockdash.ingest.reconcile import Scope, Verdict, Versions, observe, reconcile, versions_of
from stockdash.market import Market
from stockdash.sources import Clock, Fetched, Source
from stockdash.stores import Batch, Event, EventKind, Lease, Store, Written


@dataclass(frozen=True, slots=True)
class Desk:
    """What it takes to ingest one symbol; `market` is the one of the symbol."""

    symbol: str
    store: Store
    source: Source
    market: Market
    lease: Lease
    clock: Clock


class _Answer(NamedTuple):
    """An answer of the source beside the stored rows that it is about."""

    fetched: Fetched
    observed: pd.DataFrame
    stored: pd.DataFrame


class _Outcome(NamedTuple):
    written: Written
    moved: bool


def update_symbol(desk: Desk, *, intraday: bool, full: bool) -> Written:
    """Ask the source for what is new and store it; `full` asks for everything and takes every difference.

    Raises
    ------
    SourceError
        The source did not answer; what it answered before is stored.
    StoreError
        The store refused a write.
    """
    daily = _daily(desk, full=full)
    if not intraday:
        return daily.written
    appended = None if full or daily.moved else _append_intraday(desk)
    if appended is not None:
        return daily.written + appended
    # The source's 30-minute bars don't fit what is known; its actions may have changed since it was asked.
    again = _Outcome(Written(), moved=False) if full or daily.moved else _daily(desk, full=False)
    return daily.written + again.written + _intraday_window(desk, full=full)


def _daily(desk: Desk, *, full: bool) -> _Outcome:
    appended = None if full else _append_daily(desk)
    return _Outcome(appended, moved=False) if appended is not None else _daily_history(desk, full=full)


def _append_daily(desk: Desk) -> Written | None:
    """Store what is new, or give None when only the whole history can tell what that is."""
    store, symbol = desk.store, desk.symbol
    tail, anchor, now = store.read(symbol, "1d", last=TAIL["1d"]), recall(store, symbol), desk.clock()
    start = append_from(tail, "1d", now=now)
    if start is None or anchor is None or anchor.is_old(now) or anchor.day >= start:
        return None
    answer = _ask(desk, "1d", start, tail)
    known = store.actions(symbol)
    versions = versions_of(known, answer.fetched, since=start.date())
    verdict = reconcile(answer.stored, answer.observed, versions.known, scope="append")
    if versions.contradicted or _doubts(desk, answer, verdict, versions.known, "1d"):
        return None
    newest = _replaced(tail, verdict.rows)
    change = factor_of(newest, versions.known) / factor_of(tail, known)
    seen = seen_again(store, desk.source, symbol, anchor=anchor, actions=versions.known, change=change)
    if seen is None:
        return None
    return _write(desk, "1d", answer, verdict, versions=versions, anchor=seen)


def _daily_history(desk: Desk, *, full: bool) -> _Outcome:
    stored = desk.store.read(desk.symbol, "1d")
    answer = _ask(desk, "1d", None, stored)
    if answer.observed.empty:
        raise SourceUnavailableError(
            f"{desk.source.name} has no daily bars of {desk.symbol}. Is it the right symbol?", symbol=desk.symbol
        )
    since = answer.observed.index[0].date()
    versions = versions_of(desk.store.actions(desk.symbol), answer.fetched, since=since)
    scope: Scope = "trusted" if full else "history"
    verdict = reconcile(stored, answer.observed, versions.known, scope=scope)
    anchor = anchor_of(answer.fetched, settled=not verdict.is_moved)
    written = _write(desk, "1d", answer, verdict, versions=versions, anchor=anchor)
    return _Outcome(written, verdict.is_moved)


def _append_intraday(desk: Desk) -> Written | None:
    tail = desk.store.read(desk.symbol, "30m", last=TAIL["30m"])
    start = append_from(tail, "30m", now=desk.clock())
    answer = _ask(desk, "30m", start, desk.store.read(desk.symbol, "30m") if start is None else tail)
    actions = desk.store.actions(desk.symbol)
    verdict = reconcile(answer.stored, answer.observed, actions, scope="append")
    if _lists_unknown_split(answer, actions) or _doubts(desk, answer, verdict, actions, "30m"):
        return None
    return _write(desk, "30m", answer, verdict, versions=Versions(actions, (), contradicted=False))


def _intraday_window(desk: Desk, *, full: bool) -> Written:
    """Ask for all 30-minute bars that the source has; older ones follow if it moved its prices."""
    answer = _ask(desk, "30m", None, desk.store.read(desk.symbol, "30m"))
    actions = desk.store.actions(desk.symbol)
    scope: Scope = "trusted" if full else "history"
    verdict = reconcile(answer.stored, answer.observed, actions, scope=scope)
    return _write(desk, "30m", answer, verdict, versions=Versions(actions, (), contradicted=False))


def _ask(desk: Desk, interval: Interval, start: datetime | None, stored: pd.DataFrame) -> _Answer:
    fetched = desk.source.fetch(desk.symbol, interval, start=start)
    final = desk.market.final(interval, pd.DatetimeIndex(fetched.bars.index), fetched.fetched_at)
    check_bars(fetched.bars)
    return _Answer(fetched, observe(fetched, final), stored if start is None else stored[stored.index >= start])


def _write(
    desk: Desk,
    interval: Interval,
    answer: _Answer,
    verdict: Verdict,
    *,
    versions: Versions,
    anchor: Anchor | None = None,
) -> Written:
    bars: dict[Interval, pd.DataFrame] = {interval: verdict.rows}
    if verdict.is_moved or any(action.kind == "split" for action in versions.added):
        bars |= _follow(desk, interval, answer, verdict, versions.known)
    bars = {name: rows for name, rows in bars.items() if not rows.empty}
    events = _events(desk, interval, answer, verdict, versions)
    states = {
        **look(desk.symbol, interval, answer.fetched.fetched_at),
        **(remembering(desk.symbol, anchor) if anchor else {}),
    }
    batch = Batch(desk.symbol, bars, versions.added, events, states=states)
    return desk.store.write(batch, desk.lease) + Written(unchanged=verdict.unchanged)


def _follow(
    desk: Desk, interval: Interval, answer: _Answer, verdict: Verdict, actions: Sequence[Action]
) -> dict[Interval, pd.DataFrame]:
    """Give the rows to write when the source moved its prices: also what it did not send, or sent implausibly."""
    kept = ~answer.stored.index.isin(answer.observed.index) | answer.stored.index.isin(verdict.implausible)
    rows, at, moved = answer.stored[kept], answer.fetched.fetched_at, verdict.moved
    daily = rebase(desk.store.read(desk.symbol, "1d"), actions)
    if interval == "30m":
        rows = carry_intraday(rows, actions, moved, daily=daily, fetched_at=at)
        return {"30m": _replaced(rows, verdict.rows)}
    daily_rows = carry_daily(rows, actions, moved, fetched_at=at)
    intraday = desk.store.read(desk.symbol, "30m")
    return {
        "1d": _replaced(daily_rows, verdict.rows),
        "30m": carry_intraday(intraday, actions, moved, daily=_replaced(daily, answer.observed), fetched_at=at),
    }


def _replaced(rows: pd.DataFrame, newer: pd.DataFrame) -> pd.DataFrame:
    if rows.empty or newer.empty:
        return newer if rows.empty else rows
    return pd.concat([rows[~rows.index.isin(newer.index)], newer]).sort_index()


def _lists_unknown_split(answer: _Answer, actions: Sequence[Action]) -> bool:
    # An action missing in an answer of 30-minute bars says nothing: sources hang them on single bars.
    listed = [action for action in answer.fetched.actions if action.kind == "split"]
    known = {(a.ex_date, a.kind) for a in actions}
    return any((action.ex_date, action.kind) not in known for action in listed)


def _doubts(desk: Desk, answer: _Answer, verdict: Verdict, actions: Sequence[Action], interval: Interval) -> bool:
    """Tell whether the answer leaves a doubt that no earlier look at the whole history has settled."""
    if verdict.doubtful.empty:
        return False
    settled = {event.detail for event in desk.store.events(desk.symbol)}
    today = rebase(answer.stored, actions)
    return not settled.issuperset(notes.implausible(today, answer.observed, verdict.doubtful, interval))


def _events(desk: Desk, interval: Interval, answer: _Answer, verdict: Verdict, versions: Versions) -> list[Event]:
    """Give what is worth a note; the history that a first answer brings is not."""
    if not (versions.added or verdict.is_moved or len(verdict.restated) or len(verdict.implausible)):
        return []
    today = rebase(answer.stored, versions.known)
    known = [action for action in versions.known if action not in versions.added]
    told: list[tuple[EventKind, str]] = [
        *(("action", notes.changed(action, known)) for action in versions.added if not answer.stored.empty),
        *(("rebased", text) for text in notes.rebased(verdict.moved)),
        *(("restated", text) for text in notes.restated(today, answer.observed, verdict.restated, interval)),
        *(("implausible", text) for text in _implausible(desk, interval, answer, verdict, today)),
        *(("implausible", text) for text in _left_out(answer, versions)),
    ]
    return [Event(answer.fetched.fetched_at, desk.symbol, interval, kind, text) for kind, text in told]


def _implausible(desk: Desk, interval: Interval, answer: _Answer, verdict: Verdict, today: pd.DataFrame) -> list[str]:
    texts = notes.implausible(today, answer.observed, verdict.implausible, interval)
    told = {event.detail for event in desk.store.events(desk.symbol)} if texts else set()
    return [text for text in texts if text not in told]


def _left_out(answer: _Answer, versions: Versions) -> list[str]:
    if not versions.added:
        return []
    daily = rebase(_replaced(answer.stored, answer.observed), versions.known)
    added = {action.ex_date for action in versions.added}
    return [notes.left_out(day) for day in implausible_dividends(versions.known, daily=daily) if day in added]
