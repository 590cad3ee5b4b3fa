-- The tables of stockdash. Closed to everybody but service_role: row level security is on and has no policies.
-- Safe to run twice; a table that exists is given the columns that it lacks.

create table if not exists public.price_bars_1d (
    ticker text not null,
    ny_date date not null,
    open double precision not null,
    high double precision not null,
    low double precision not null,
    close double precision not null,
    inserted_at timestamptz not null default now(),
    primary key (ticker, ny_date)
);
alter table public.price_bars_1d
    add column if not exists volume bigint not null default 0,
    add column if not exists fetched_at timestamptz not null default now(),
    add column if not exists final boolean not null default true;
comment on table public.price_bars_1d is 'Daily bars as the source gave them at fetched_at: never rewritten for splits or dividends.';
comment on column public.price_bars_1d.final is 'False while the bar may still change.';

create table if not exists public.price_bars_30m (
    ticker text not null,
    ts_utc timestamptz not null,
    ny_date date not null,
    ny_time time not null,
    open double precision not null,
    high double precision not null,
    low double precision not null,
    close double precision not null,
    inserted_at timestamptz not null default now(),
    primary key (ticker, ts_utc)
);
alter table public.price_bars_30m
    add column if not exists volume bigint not null default 0,
    add column if not exists fetched_at timestamptz not null default now(),
    add column if not exists final boolean not null default true;
comment on table public.price_bars_30m is 'Half hours as the source gave them at fetched_at; ts_utc is the start, ny_date and ny_time the same in New York.';

create table if not exists public.corporate_actions (
    ticker text not null,
    ex_date date not null,
    kind text not null check (kind in ('split', 'dividend')),
    first_seen timestamptz not null,
    value double precision not null,
    primary key (ticker, ex_date, kind, first_seen)
);
comment on table public.corporate_actions is 'Versions of splits and dividends; a later first_seen of the same ex_date and kind replaces an earlier one.';

create table if not exists public.symbol_facts (
    ticker text not null primary key,
    facts jsonb not null
);

create table if not exists public.bar_coverage (
    ticker text not null,
    bar_interval text not null check (bar_interval in ('1d', '30m')),
    first_utc timestamptz not null,
    last_utc timestamptz not null,
    bars bigint not null,
    last_fetched timestamptz not null,
    primary key (ticker, bar_interval)
);
comment on table public.bar_coverage is 'Counted by the writes, as counting a symbol''s rows takes longer than reading its newest ones.';

create table if not exists public.symbol_revisions (
    ticker text not null primary key,
    revision bigint not null
);
alter table public.symbol_revisions add column if not exists changed_by xid8 not null default pg_current_xact_id();
create index if not exists symbol_revisions_newest on public.symbol_revisions (changed_by);
comment on table public.symbol_revisions is 'Grows with every write that changed anything of the symbol: what readers may keep an answer by.';
comment on column public.symbol_revisions.changed_by is 'The transaction, by which readers find what changed since they looked.';

create table if not exists public.quality_events (
    id bigint generated always as identity primary key,
    at timestamptz not null,
    ticker text not null,
    bar_interval text not null,
    kind text not null,
    detail text not null
);
create unique index if not exists quality_events_once
    on public.quality_events (ticker, at, bar_interval, kind, md5(detail));
create index if not exists quality_events_newest on public.quality_events (at desc, id desc);

create table if not exists public.ingest_runs (
    id bigint generated always as identity primary key,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    holder text not null,
    inserted bigint not null,
    updated bigint not null,
    unchanged bigint not null,
    failed jsonb not null default '{}',
    unique (started_at, finished_at, holder)
);
create index if not exists ingest_runs_newest on public.ingest_runs (finished_at desc, id desc);

create table if not exists public.app_state (
    key text collate "C" not null primary key,
    last_success_utc timestamptz,
    last_error text,
    updated_at timestamptz not null default now()
);
alter table public.app_state add column if not exists value text;
comment on table public.app_state is 'Small texts by key: watch:SYMBOL, template:NAME and so on. The row ingest tells how the last run ended.';

create table if not exists public.distributed_locks (
    lock_name text not null primary key,
    owner_id text not null,
    lease_expires_at timestamptz not null,
    heartbeat_at timestamptz not null default now(),
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
alter table public.distributed_locks add column if not exists token bigint not null default 1;
comment on column public.distributed_locks.token is 'Grows with every holder and is never set back: a write that shows an older one is refused.';

create table if not exists public.stockdash_schema (
    id uuid not null default gen_random_uuid(),
    version int not null,
    the_only_row boolean not null default true primary key check (the_only_row)
);
insert into public.stockdash_schema (version) values (1) on conflict do nothing;

alter table public.price_bars_1d enable row level security;
alter table public.price_bars_30m enable row level security;
alter table public.corporate_actions enable row level security;
alter table public.symbol_facts enable row level security;
alter table public.bar_coverage enable row level security;
alter table public.symbol_revisions enable row level security;
alter table public.quality_events enable row level security;
alter table public.ingest_runs enable row level security;
alter table public.app_state enable row level security;
alter table public.distributed_locks enable row level security;
alter table public.stockdash_schema enable row level security;

revoke all on
    public.price_bars_1d, public.price_bars_30m, public.corporate_actions, public.symbol_facts, public.bar_coverage,
    public.symbol_revisions, public.quality_events, public.ingest_runs, public.app_state, public.distributed_locks,
    public.stockdash_schema
    from public, anon, authenticated, service_role;
grant select, insert, update on
    public.price_bars_1d, public.price_bars_30m, public.corporate_actions, public.symbol_facts, public.bar_coverage,
    public.symbol_revisions, public.distributed_locks
    to service_role;
grant select, insert, update, delete on public.quality_events, public.ingest_runs, public.app_state to service_role;
grant select on public.stockdash_schema to service_role;

notify pgrst, 'reload schema';
