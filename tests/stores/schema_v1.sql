-- A store of schema version 1, as sqlite3's .dump gives it. Never edit it: it stands for the files that users have.
BEGIN TRANSACTION;
CREATE TABLE actions (
            symbol text not null,
            ex_date text not null,
            kind text not null,
            first_seen integer not null,
            value real not null,
            primary key (symbol, ex_date, kind, first_seen)
        ) without rowid
        ;
INSERT INTO "actions" VALUES('NVDA','2024-03-01','dividend',1718051400000000,0.04);
CREATE TABLE bars_1d (
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
;
INSERT INTO "bars_1d" VALUES('NVDA',1704153600000000,10.0,10.0,10.0,10.0,100,1718051400000000,1);
INSERT INTO "bars_1d" VALUES('NVDA',1704240000000000,10.0,10.0,10.0,10.0,100,1718051400000000,1);
INSERT INTO "bars_1d" VALUES('NVDA',1704326400000000,10.0,10.0,10.0,10.0,100,1718051400000000,1);
CREATE TABLE bars_30m (
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
;
INSERT INTO "bars_30m" VALUES('NVDA',1704153600000000,10.0,10.0,10.0,10.0,100,1718051400000000,1);
INSERT INTO "bars_30m" VALUES('NVDA',1704155400000000,10.0,10.0,10.0,10.0,100,1718051400000000,1);
CREATE TABLE coverage (
            symbol text not null,
            interval text not null,
            first integer not null,
            last integer not null,
            count integer not null,
            last_fetched integer not null,
            primary key (symbol, interval)
        ) without rowid
        ;
INSERT INTO "coverage" VALUES('NVDA','1d',1704153600000000,1704326400000000,3,1718051400000000);
INSERT INTO "coverage" VALUES('NVDA','30m',1704153600000000,1704155400000000,2,1718051400000000);
CREATE TABLE events (
            id integer primary key,
            at integer not null,
            symbol text not null,
            interval text not null,   -- empty: all of the symbol
            kind text not null,
            detail text not null,
            unique (symbol, at, interval, kind, detail)
        );
INSERT INTO "events" VALUES(1,1718051400000000,'NVDA','1d','restated','3 bars');
CREATE TABLE facts (symbol text not null primary key, facts text not null) without rowid;
INSERT INTO "facts" VALUES('NVDA','{"currency": "USD", "exchange": "", "industry": "", "kind": "", "name": "NVIDIA", "sector": "", "shares_outstanding": 24600000000}');
CREATE TABLE identity (id text not null);
INSERT INTO "identity" VALUES('2f70c578cb677a64');
CREATE TABLE leases (
            name text not null primary key,
            holder text not null,
            token integer not null,
            expires_at integer not null
        ) without rowid
        ;
INSERT INTO "leases" VALUES('ingest','tester',1,1718051520000000);
CREATE TABLE revisions (symbol text not null primary key, revision integer not null) without rowid;
INSERT INTO "revisions" VALUES('NVDA',1);
CREATE TABLE runs (
            id integer primary key,
            started_at integer not null,
            finished_at integer not null,
            holder text not null,
            inserted integer not null,
            updated integer not null,
            unchanged integer not null,
            failed text not null      -- JSON: symbol to reason
        );
INSERT INTO "runs" VALUES(1,1718051400000000,1718051405000000,'worker',3,2,1,'{"XYZ": "unknown"}');
CREATE TABLE state (key text not null primary key, value text not null) without rowid;
INSERT INTO "state" VALUES('watchlist','["NVDA"]');
CREATE INDEX events_newest on events (at);
COMMIT;
pragma user_version = 1;
