"""One batch into the tables, inside a transaction that is already open."""

from collections.abc import Mapping, Sequence

from stockdash.bars import INTERVALS, Interval
from stockdash.stores import Batch, Event, Written
from stockdash.stores.rows import BAR_FIELDS, BarRow, action_row, bar_rows, event_row, facts_text
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


Rows = list[tuple[Interval, list[BarRow]]]


def rows_of(batches: Sequence[Batch]) -> list[Rows]:
    """Give the checked rows of each batch.

    Raises
    ------
    InvalidBarsError
        A frame is no observed frame.
    """
    rows: list[Rows] = [[] for _ in batches]
    for interval in INTERVALS:
        having = [(at, batch.bars[interval]) for at, batch in enumerate(batches) if interval in batch.bars]
        if having:
            unpacked = bar_rows([(batches[at].symbol, frame) for at, frame in having])
            for (at, _), bars in zip(having, unpacked, strict=True):
                rows[at].append((interval, bars))
    return rows


def write_batch(connection: Connection, batch: Batch, rows: Rows) -> Written:
    """Write one symbol's batch; its revision grows when anything changed."""
    before = connection.total_changes
    written = sum((_write_bars(connection, interval, bars) for interval, bars in rows if bars), Written())
    if batch.actions:
        connection.executemany(_ACT, [action_row(batch.symbol, action) for action in batch.actions])
    if batch.facts is not None:
        connection.execute(_DESCRIBE, (batch.symbol, facts_text(batch.facts)))
    note(connection, batch.events)
    if connection.total_changes > before:
        connection.execute(_REVISE, (batch.symbol,))
    remember(connection, batch.states)
    return written


def note(connection: Connection, events: Sequence[Event]) -> None:
    """Write events that are not yet written."""
    if events:
        connection.executemany(_NOTE, [event_row(event) for event in events])
        connection.execute("delete from events where id <= (select max(id) from events) - ?", (KEPT_EVENTS,))


def remember(connection: Connection, states: Mapping[str, str]) -> None:
    """Keep small texts by key."""
    if states:
        connection.executemany("insert or replace into state (key, value) values (?, ?)", states.items())


def _write_bars(connection: Connection, interval: Interval, rows: list[BarRow]) -> Written:
    inserted = connection.executemany(_INSERT[interval], rows).rowcount
    updated = connection.executemany(_UPSERT[interval], rows).rowcount if inserted < len(rows) else 0
    if inserted or updated:
        symbol, first = rows[0][:2]
        last_fetched = max(row[FETCHED_AT] for row in rows)
        connection.execute(_COVER, (symbol, interval, first, rows[-1][1], inserted, last_fetched))
    return Written(inserted, updated, len(rows) - inserted - updated)
