"""Batches into the tables, inside a transaction that is already open.

One statement a table runs over the rows of all batches: a statement a batch takes half as long again.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, pairwise
from typing import Any

from stockdash.bars import INTERVALS, Interval
from stockdash.stores import Batch, Event, Written
from stockdash.stores.rows import BAR_FIELDS, action_row, bar_rows, event_row, facts_text
from stockdash.stores.sqlite.opening import Connection

# Older ones are forgotten, so that a fault that repeats every half hour can't fill the disk.
KEPT_EVENTS = 10_000

_COLUMNS = ", ".join(BAR_FIELDS)
_MARKS = ", ".join("?" * (1 + len(BAR_FIELDS)))
_VALUES = BAR_FIELDS[1:]
FETCHED_AT = 1 + BAR_FIELDS.index("fetched_at")

_INSERT = {
    interval: f"insert into bars_{interval} (symbol, {_COLUMNS}) values ({_MARKS}) on conflict do nothing"  # noqa: S608
    for interval in INTERVALS
}
_UPSERT = {
    interval: f"insert into bars_{interval} (symbol, {_COLUMNS}) values ({_MARKS}) on conflict (symbol, ts) do update"  # noqa: S608
    f" set {', '.join(f'{name} = excluded.{name}' for name in _VALUES)}"
    f" where ({', '.join(_VALUES)}) is not ({', '.join(f'excluded.{name}' for name in _VALUES)})"
    for interval in INTERVALS
}
_COVER = """
insert into coverage (symbol, interval, first, last, count, last_fetched) values (?, ?, ?, ?, ?, ?)
on conflict (symbol, interval) do update set first = min(first, excluded.first), last = max(last, excluded.last),
count = count + excluded.count, last_fetched = max(last_fetched, excluded.last_fetched)
"""
_ACT = """
insert into actions (symbol, ex_date, kind, first_seen, value) values (?, ?, ?, ?, ?)
on conflict (symbol, ex_date, kind, first_seen) do update set value = excluded.value where value is not excluded.value
"""
_DESCRIBE = """
insert into facts (symbol, facts) values (?, ?)
on conflict (symbol) do update set facts = excluded.facts where facts is not excluded.facts
"""
_REVISE = """
insert into revisions (symbol, revision) values (?, 1) on conflict (symbol) do update set revision = revision + 1
"""
_NOTE = "insert into events (at, symbol, interval, kind, detail) values (?, ?, ?, ?, ?) on conflict do nothing"

# The rows of each batch, also of one that has none.
Groups = Sequence[Sequence[tuple[Any, ...]]]


def rows_of(batches: Sequence[Batch]) -> dict[Interval, Groups]:
    """Give the checked rows of each batch.

    Raises
    ------
    InvalidBarsError
        A frame is no observed frame.
    """
    rows: dict[Interval, Groups] = {}
    for interval in INTERVALS:
        having = [(batch.symbol, batch.bars[interval]) for batch in batches if interval in batch.bars]
        if having:
            unpacked = iter(bar_rows(having))
            rows[interval] = [next(unpacked) if interval in batch.bars else [] for batch in batches]
    return rows


def write_batches(connection: Connection, batches: Sequence[Batch], rows: Mapping[Interval, Groups]) -> Written:
    """Write the batches; the revision of each that changed anything grows."""
    bars = [_write_bars(connection, interval, groups) for interval, groups in rows.items()]
    acts = [[action_row(batch.symbol, action) for action in batch.actions] for batch in batches]
    facts = [[] if batch.facts is None else [(batch.symbol, facts_text(batch.facts))] for batch in batches]
    changes = (
        *chain.from_iterable(bars),
        _changes(connection, _ACT, acts),
        _changes(connection, _DESCRIBE, facts),
        note(connection, *(batch.events for batch in batches)),
    )
    changed = [(batch.symbol,) for batch, *counts in zip(batches, *changes, strict=True) if any(counts)]
    connection.executemany(_REVISE, changed)
    remember(connection, dict(chain.from_iterable(batch.states.items() for batch in batches)))
    inserted, updated = (sum(sum(counts[at]) for counts in bars) for at in (0, 1))
    return Written(inserted, updated, sum(map(len, chain.from_iterable(rows.values()))) - inserted - updated)


def note(connection: Connection, *groups: Sequence[Event]) -> list[int]:
    """Write events that are not yet written; tell how many those were in each group."""
    noted = _changes(connection, _NOTE, [[event_row(event) for event in events] for events in groups])
    if any(noted):
        connection.execute("delete from events where id <= (select max(id) from events) - ?", (KEPT_EVENTS,))
    return noted


def remember(connection: Connection, states: Mapping[str, str]) -> None:
    """Keep small texts by key."""
    if states:
        connection.executemany("insert or replace into state (key, value) values (?, ?)", states.items())


def _write_bars(connection: Connection, interval: Interval, groups: Groups) -> tuple[list[int], list[int]]:
    inserted = _changes(connection, _INSERT[interval], groups)
    met = [rows if new < len(rows) else () for rows, new in zip(groups, inserted, strict=True)]
    updated = _changes(connection, _UPSERT[interval], met)
    covered = [
        (rows[0][0], interval, rows[0][1], rows[-1][1], new, max(row[FETCHED_AT] for row in rows))
        for rows, new, renewed in zip(groups, inserted, updated, strict=True)
        if new or renewed
    ]
    connection.executemany(_COVER, covered)
    return inserted, updated


def _changes(connection: Connection, statement: str, groups: Groups) -> list[int]:
    """Run the statement with every row; tell how many rows it changed for each group."""
    if not any(groups):
        return [0] * len(groups)
    totals: list[int] = []

    def rows() -> Iterator[tuple[Any, ...]]:
        for group in groups:
            totals.append(connection.total_changes)
            yield from group

    # A row is asked for when the one before is written: what the total grew by between two groups is the first one's.
    connection.executemany(statement, rows())
    return [after - before for before, after in pairwise((*totals, connection.total_changes))]
