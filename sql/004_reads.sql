-- Reads of whole columns: each gives one JSON value, which the Data API does not cut at 1,000 rows.
-- A column is a text of numbers with commas, newest first: exact where a gateway reads JSON numbers as doubles, and
-- read in a third of the time. Safe to run twice.

create or replace function public.read_bars_1d(
    p_ticker text, p_from date default null, p_until date default null, p_last int default null
)
returns json
language sql stable
set search_path = ''
as $$
    select json_build_object(
        'ny_date', string_agg((bar.ny_date - date '1970-01-01')::text, ','),
        'open', string_agg(bar.open::text, ','),
        'high', string_agg(bar.high::text, ','),
        'low', string_agg(bar.low::text, ','),
        'close', string_agg(bar.close::text, ','),
        'volume', string_agg(bar.volume::text, ','),
        'fetched_at', string_agg((extract(epoch from bar.fetched_at) * 1000000)::bigint::text, ','),
        'final', string_agg(bar.final::int::text, '')
    )
    from (
        select * from public.price_bars_1d as stored
        where stored.ticker = p_ticker
            and stored.ny_date >= coalesce(p_from, '-infinity')
            and stored.ny_date < coalesce(p_until, 'infinity')
        order by stored.ny_date desc
        limit p_last
    ) as bar
$$;
comment on function public.read_bars_1d(text, date, date, int) is 'Gives the columns of the daily bars in [p_from, p_until), or of the p_last newest of them; ny_date in days, fetched_at in microseconds since 1970.';

create or replace function public.read_bars_30m(
    p_ticker text, p_from timestamptz default null, p_until timestamptz default null, p_last int default null
)
returns json
language sql stable
set search_path = ''
as $$
    select json_build_object(
        'ts_utc', string_agg((extract(epoch from bar.ts_utc) * 1000000)::bigint::text, ','),
        'open', string_agg(bar.open::text, ','),
        'high', string_agg(bar.high::text, ','),
        'low', string_agg(bar.low::text, ','),
        'close', string_agg(bar.close::text, ','),
        'volume', string_agg(bar.volume::text, ','),
        'fetched_at', string_agg((extract(epoch from bar.fetched_at) * 1000000)::bigint::text, ','),
        'final', string_agg(bar.final::int::text, '')
    )
    from (
        select * from public.price_bars_30m as stored
        where stored.ticker = p_ticker
            and stored.ts_utc >= coalesce(p_from, '-infinity')
            and stored.ts_utc < coalesce(p_until, 'infinity')
        order by stored.ts_utc desc
        limit p_last
    ) as bar
$$;
comment on function public.read_bars_30m(text, timestamptz, timestamptz, int) is 'Gives the columns of the half hours that start in [p_from, p_until), or of the p_last newest of them; times in microseconds since 1970.';

create or replace function public.read_about(p_ticker text)
returns json
language sql stable
set search_path = ''
as $$
    select json_build_object(
        'identity', (select id from public.stockdash_schema),
        'revision', coalesce((select revision from public.symbol_revisions where ticker = p_ticker), 0),
        'coverage', (
            select json_object_agg(
                bar_interval,
                json_build_array(
                    (extract(epoch from first_utc) * 1000000)::bigint, (extract(epoch from last_utc) * 1000000)::bigint,
                    bars, (extract(epoch from last_fetched) * 1000000)::bigint
                )
            )
            from public.bar_coverage where ticker = p_ticker
        ),
        'facts', (select facts::text from public.symbol_facts where ticker = p_ticker),
        'actions', (
            select json_agg(
                json_build_array(ex_date, kind, (extract(epoch from first_seen) * 1000000)::bigint, value)
                order by ex_date, kind, first_seen
            )
            from public.corporate_actions where ticker = p_ticker
        )
    )
$$;
comment on function public.read_about(text) is 'Gives all that is known of a ticker but its bars.';

create or replace function public.read_chart_1d(p_ticker text, p_from date default null, p_last int default null)
returns json
language plpgsql stable
set search_path = ''
as $$
declare
    last_final date := (
        select newest.ny_date
        from (
            select bar.ny_date, bar.final from public.price_bars_1d as bar
            where bar.ticker = p_ticker and bar.ny_date >= coalesce(p_from, '-infinity')
            order by bar.ny_date desc
            limit p_last
        ) as newest
        where newest.final
        order by newest.ny_date desc
        limit 1
    );
begin
    return json_build_object(
        'about', public.read_about(p_ticker),
        '1d', public.read_bars_1d(p_ticker, p_from, null, p_last),
        '30m', public.read_bars_30m(p_ticker, coalesce(last_final + 1, p_from)::timestamp at time zone 'UTC')
    );
end
$$;
comment on function public.read_chart_1d(text, date, int) is 'Gives, as of one moment, what a daily chart is drawn from: the bars, the half hours after the last final one, the actions.';

create or replace function public.read_chart_30m(
    p_ticker text, p_from timestamptz default null, p_last int default null
)
returns json
language plpgsql stable
set search_path = ''
as $$
declare
    first_start timestamptz := coalesce(
        (
            select min(newest.ts_utc)
            from (
                select bar.ts_utc from public.price_bars_30m as bar
                where bar.ticker = p_ticker and bar.ts_utc >= coalesce(p_from, '-infinity')
                order by bar.ts_utc desc
                limit p_last
            ) as newest
        ),
        p_from
    );
begin
    return json_build_object(
        'about', public.read_about(p_ticker),
        '30m', public.read_bars_30m(p_ticker, p_from, null, p_last),
        -- The close before an ex-date is at most a long weekend and an outage earlier.
        '1d', public.read_bars_1d(p_ticker, (first_start at time zone 'UTC')::date - 14)
    );
end
$$;
comment on function public.read_chart_30m(text, timestamptz, int) is 'Gives, as of one moment, what a chart of half hours is drawn from: the bars, the days from two weeks before, the actions.';

create or replace function public.read_revisions(p_since text default '0')
returns json
language sql stable
set search_path = ''
as $$
    select json_build_object(
        'identity', (select id from public.stockdash_schema),
        -- Whatever was not yet visible to this look comes from this transaction or a later one.
        'since', pg_snapshot_xmin(pg_current_snapshot())::text,
        'revisions', (
            select coalesce(json_object_agg(ticker, revision), '{}')
            from public.symbol_revisions
            where changed_by >= (
                -- After a move to another server its count of transactions may be behind.
                select case when p_since::xid8 > pg_snapshot_xmin(pg_current_snapshot()) then '0' else p_since end::xid8
            )
        )
    )
$$;
comment on function public.read_revisions(text) is 'Gives the revisions that changed since an earlier answer was given, by its since; all of them without one.';

create or replace function public.read_version()
returns int
language sql stable
set search_path = ''
as $$
    select version from public.stockdash_schema
$$;
comment on function public.read_version() is 'Gives the version of the schema, which a stockdash must know.';

create or replace function public.read_tickers()
returns json
language sql stable
set search_path = ''
as $$
    select coalesce(json_agg(ticker order by ticker collate "C"), '[]')
    from (select distinct ticker from public.bar_coverage) as stored
$$;
comment on function public.read_tickers() is 'Gives every ticker with at least one bar.';

create or replace function public.read_coverage()
returns json
language sql stable
set search_path = ''
as $$
    select coalesce(
        json_agg(
            json_build_array(
                ticker, bar_interval,
                (extract(epoch from first_utc) * 1000000)::bigint, (extract(epoch from last_utc) * 1000000)::bigint,
                bars, (extract(epoch from last_fetched) * 1000000)::bigint
            )
            order by ticker collate "C", bar_interval
        ),
        '[]'
    )
    from public.bar_coverage
$$;
comment on function public.read_coverage() is 'Gives [ticker, interval, first, last, bars, last fetched] of everything stored.';

create or replace function public.read_events(p_ticker text, p_last int)
returns json
language sql stable
set search_path = ''
as $$
    select coalesce(
        json_agg(
            json_build_array((extract(epoch from at) * 1000000)::bigint, ticker, bar_interval, kind, detail)
            order by at desc, id desc
        ),
        '[]'
    )
    from (
        select * from public.quality_events
        where p_ticker is null or ticker = p_ticker
        order by at desc, id desc
        limit p_last
    ) as newest
$$;
comment on function public.read_events(text, int) is 'Gives the p_last newest events of a ticker, or of all with null, newest first.';

create or replace function public.read_runs(p_last int)
returns json
language sql stable
set search_path = ''
as $$
    select coalesce(
        json_agg(
            json_build_array(
                (extract(epoch from started_at) * 1000000)::bigint, (extract(epoch from finished_at) * 1000000)::bigint,
                holder, inserted, updated, unchanged, failed::text
            )
            order by finished_at desc, id desc
        ),
        '[]'
    )
    from (select * from public.ingest_runs order by finished_at desc, id desc limit p_last) as newest
$$;
comment on function public.read_runs(int) is 'Gives the p_last newest runs, newest first.';

create or replace function public.read_state(p_key text)
returns text
language sql stable
set search_path = ''
as $$
    select value from public.app_state where key = p_key
$$;
comment on function public.read_state(text) is 'Gives a remembered text, or null.';

create or replace function public.read_states(p_prefix text)
returns json
language sql stable
set search_path = ''
as $$
    select coalesce(json_agg(json_build_array(key, value) order by key), '[]')
    from public.app_state
    -- The last code point that there is ends the range, which the primary key finds.
    where key >= p_prefix and key < p_prefix || chr(1114111) and value is not null
$$;
comment on function public.read_states(text) is 'Gives [key, text] of every remembered text whose key starts with p_prefix.';

revoke execute on function public.read_bars_1d from public, anon, authenticated;
revoke execute on function public.read_bars_30m from public, anon, authenticated;
revoke execute on function public.read_about from public, anon, authenticated;
revoke execute on function public.read_chart_1d from public, anon, authenticated;
revoke execute on function public.read_chart_30m from public, anon, authenticated;
revoke execute on function public.read_revisions from public, anon, authenticated;
revoke execute on function public.read_version from public, anon, authenticated;
revoke execute on function public.read_tickers from public, anon, authenticated;
revoke execute on function public.read_coverage from public, anon, authenticated;
revoke execute on function public.read_events from public, anon, authenticated;
revoke execute on function public.read_runs from public, anon, authenticated;
revoke execute on function public.read_state from public, anon, authenticated;
revoke execute on function public.read_states from public, anon, authenticated;
grant execute on function
    public.read_bars_1d, public.read_bars_30m, public.read_about, public.read_chart_1d, public.read_chart_30m,
    public.read_revisions, public.read_version, public.read_tickers, public.read_coverage, public.read_events,
    public.read_runs, public.read_state, public.read_states
    to service_role;

notify pgrst, 'reload schema';
