"""The SQLite store's schema, as the steps that lead to it.

Step n takes a file from schema version n - 1 to n (`pragma user_version`). A step is never edited after a
release; a change is a new step at the end. Times are microseconds since 1970 UTC, days are ISO texts.
"""

_BARS = """
create table bars_{interval} (
    symbol text not null,
    ts integer not null,          -- start of the bar
    open real not null,
    high real not null,
    low real not null,
    close real not null,
    volume integer not null,
    fetched_at integer not null,
    final integer not null,
    primary key (symbol, ts)
) without rowid
"""

STEPS: tuple[tuple[str, ...], ...] = (
    (
        _BARS.format(interval="1d"),
        _BARS.format(interval="30m"),
        """
        create table actions (
            symbol text not null,
            ex_date text not null,
            kind text not null,
            first_seen integer not null,
            value real not null,
            primary key (symbol, ex_date, kind, first_seen)
        ) without rowid
        """,
        # Grows with every write that changed something of the symbol: the second half of its stamp.
        "create table revisions (symbol text not null primary key, revision integer not null) without rowid",
        # Counted by the writes, as counting a symbol's rows takes longer than reading its newest ones.
        """
        create table coverage (
            symbol text not null,
            interval text not null,
            first integer not null,
            last integer not null,
            count integer not null,
            last_fetched integer not null,
            primary key (symbol, interval)
        ) without rowid
        """,
        "create table facts (symbol text not null primary key, facts text not null) without rowid",
        """
        create table events (
            id integer primary key,
            at integer not null,
            symbol text not null,
            interval text not null,   -- empty: all of the symbol
            kind text not null,
            detail text not null,
            unique (symbol, at, interval, kind, detail)
        )
        """,
        "create index events_newest on events (at)",
        """
        create table runs (
            id integer primary key,
            started_at integer not null,
            finished_at integer not null,
            holder text not null,
            inserted integer not null,
            updated integer not null,
            unchanged integer not null,
            failed text not null      -- JSON: symbol to reason
        )
        """,
        "create table state (key text not null primary key, value text not null) without rowid",
        # A row stays when its lease is given back, so that the token grows for ever.
        """
        create table leases (
            name text not null primary key,
            holder text not null,
            token integer not null,
            expires_at integer not null
        ) without rowid
        """,
        # One row: tells this file from any other, so that no stamp is ever given twice.
        "create table identity (id text not null)",
        "insert into identity values (lower(hex(randomblob(8))))",
    ),
    (
        # The watchlist was one JSON list, of which two writers at once lost each other's entries: now a key each,
        # with the time at which it was added. The old ones get times that keep their order.
        """
        insert or ignore into state (key, value)
        select 'watch:' || entry.value, strftime('%Y-%m-%dT%H:%M:%S+00:00', entry.key, 'unixepoch')
        from state, json_each(iif(json_valid(state.value), state.value, '[]')) as entry
        where state.key = 'watchlist' and entry.type = 'text' and typeof(entry.key) = 'integer'
        """,
        "delete from state where key = 'watchlist'",
    ),
)
