-- Fenced writes of column arrays. Each checks the lease first, inside the transaction of the write.
-- Arrays, as a json parameter can't carry whole columns past every gateway. Safe to run twice.

create or replace function public.write_bars_1d(
    p_lock_name text, p_owner_id text, p_token bigint, p_ticker text,
    p_ny_date date[], p_open double precision[], p_high double precision[], p_low double precision[],
    p_close double precision[], p_volume bigint[], p_fetched_at timestamptz[], p_final boolean[]
)
returns bigint[]
language plpgsql
set search_path = ''
as $$
declare
    n int := cardinality(p_ny_date);
    inserted bigint;
    updated bigint;
begin
    perform public.check_ingest_lease(p_lock_name, p_owner_id, p_token);
    -- Reading rows in order is far cheaper than meeting each as a conflict.
    if exists (
        select from (
            select * from public.price_bars_1d as bar
            where bar.ticker = p_ticker and bar.ny_date between p_ny_date[1] and p_ny_date[n]
            order by bar.ny_date
        ) as stored
        having array_agg(stored.ny_date) = p_ny_date and array_agg(stored.close) = p_close
            and array_agg(stored.open) = p_open and array_agg(stored.high) = p_high and array_agg(stored.low) = p_low
            and array_agg(stored.volume) = p_volume and array_agg(stored.fetched_at) = p_fetched_at
            and array_agg(stored.final) = p_final
    ) then
        return array[0, 0];
    end if;

    with written as (
        insert into public.price_bars_1d as old
            (ticker, ny_date, open, high, low, close, volume, fetched_at, final)
        select p_ticker, bar.*
        from unnest(p_ny_date, p_open, p_high, p_low, p_close, p_volume, p_fetched_at, p_final) as bar
        on conflict (ticker, ny_date) do update set
            open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
            volume = excluded.volume, fetched_at = excluded.fetched_at, final = excluded.final
        where (old.open, old.high, old.low, old.close, old.volume, old.fetched_at, old.final)
            is distinct from (
                excluded.open, excluded.high, excluded.low, excluded.close,
                excluded.volume, excluded.fetched_at, excluded.final
            )
        returning xmax = 0 as is_new  -- a row that was updated carries the mark of this transaction
    )
    select count(*) filter (where is_new), count(*) filter (where not is_new) into inserted, updated from written;
    if inserted + updated > 0 then
        perform public.cover_bars(
            p_ticker, '1d', p_ny_date[1]::timestamp at time zone 'UTC', p_ny_date[n]::timestamp at time zone 'UTC',
            inserted, (select max(fetched) from unnest(p_fetched_at) as fetched)
        );
    end if;
    return array[inserted, updated];
end
$$;
comment on function public.write_bars_1d(
    text, text, bigint, text, date[], double precision[], double precision[], double precision[], double precision[],
    bigint[], timestamptz[], boolean[]
) is 'Stores the daily bars of one ticker, sorted by date, and gives how many were inserted and updated.';

create or replace function public.write_bars_30m(
    p_lock_name text, p_owner_id text, p_token bigint, p_ticker text,
    p_ts_utc timestamptz[], p_open double precision[], p_high double precision[], p_low double precision[],
    p_close double precision[], p_volume bigint[], p_fetched_at timestamptz[], p_final boolean[]
)
returns bigint[]
language plpgsql
set search_path = ''
as $$
declare
    n int := cardinality(p_ts_utc);
    inserted bigint;
    updated bigint;
begin
    perform public.check_ingest_lease(p_lock_name, p_owner_id, p_token);
    if exists (
        select from (
            select * from public.price_bars_30m as bar
            where bar.ticker = p_ticker and bar.ts_utc between p_ts_utc[1] and p_ts_utc[n]
            order by bar.ts_utc
        ) as stored
        having array_agg(stored.ts_utc) = p_ts_utc and array_agg(stored.close) = p_close
            and array_agg(stored.open) = p_open and array_agg(stored.high) = p_high and array_agg(stored.low) = p_low
            and array_agg(stored.volume) = p_volume and array_agg(stored.fetched_at) = p_fetched_at
            and array_agg(stored.final) = p_final
    ) then
        return array[0, 0];
    end if;

    with written as (
        insert into public.price_bars_30m as old
            (ticker, ts_utc, ny_date, ny_time, open, high, low, close, volume, fetched_at, final)
        select
            p_ticker, bar.ts_utc, (bar.ts_utc at time zone 'America/New_York')::date,
            (bar.ts_utc at time zone 'America/New_York')::time,
            bar.open, bar.high, bar.low, bar.close, bar.volume, bar.fetched_at, bar.final
        from unnest(p_ts_utc, p_open, p_high, p_low, p_close, p_volume, p_fetched_at, p_final)
            as bar (ts_utc, open, high, low, close, volume, fetched_at, final)
        on conflict (ticker, ts_utc) do update set
            open = excluded.open, high = excluded.high, low = excluded.low, close = excluded.close,
            volume = excluded.volume, fetched_at = excluded.fetched_at, final = excluded.final
        where (old.open, old.high, old.low, old.close, old.volume, old.fetched_at, old.final)
            is distinct from (
                excluded.open, excluded.high, excluded.low, excluded.close,
                excluded.volume, excluded.fetched_at, excluded.final
            )
        returning xmax = 0 as is_new
    )
    select count(*) filter (where is_new), count(*) filter (where not is_new) into inserted, updated from written;
    if inserted + updated > 0 then
        perform public.cover_bars(
            p_ticker, '30m', p_ts_utc[1], p_ts_utc[n],
            inserted, (select max(fetched) from unnest(p_fetched_at) as fetched)
        );
    end if;
    return array[inserted, updated];
end
$$;
comment on function public.write_bars_30m(
    text, text, bigint, text, timestamptz[], double precision[], double precision[], double precision[],
    double precision[], bigint[], timestamptz[], boolean[]
) is 'Stores the half hours of one ticker, sorted by start, and gives how many were inserted and updated.';

create or replace function public.cover_bars(
    p_ticker text, p_interval text, p_first timestamptz, p_last timestamptz, p_inserted bigint, p_fetched timestamptz
)
returns void
language sql
set search_path = ''
as $$
    insert into public.bar_coverage as old (ticker, bar_interval, first_utc, last_utc, bars, last_fetched)
    values (p_ticker, p_interval, p_first, p_last, p_inserted, p_fetched)
    on conflict (ticker, bar_interval) do update set
        first_utc = least(old.first_utc, excluded.first_utc),
        last_utc = greatest(old.last_utc, excluded.last_utc),
        bars = old.bars + excluded.bars,
        last_fetched = greatest(old.last_fetched, excluded.last_fetched)
$$;
comment on function public.cover_bars(text, text, timestamptz, timestamptz, bigint, timestamptz) is 'Counts bars that were just written; a part of the writes.';

create or replace function public.moments(p_micros bigint[])
returns timestamptz[]
language sql immutable
set search_path = ''
as $$
    -- unnest reads in storage order, so that nothing has to be sorted.
    select array(select timestamptz 'epoch' + micros * interval '1 microsecond' from unnest(p_micros) as micros)
$$;
comment on function public.moments(bigint[]) is 'Gives times that arrive as microseconds since 1970 UTC, exactly.';

create or replace function public.write_batches(
    p_lock_name text, p_owner_id text, p_token bigint,
    p_ticker text[], p_interval text[], p_rows int[],
    p_ts bigint[], p_open double precision[], p_high double precision[], p_low double precision[],
    p_close double precision[], p_volume bigint[], p_fetched_at bigint[], p_final boolean[],
    p_action_ticker text[], p_action_ex_date date[], p_action_kind text[], p_action_first_seen bigint[],
    p_action_value double precision[],
    p_facts_ticker text[], p_facts text[],
    p_event_ticker text[], p_event_at bigint[], p_event_interval text[], p_event_kind text[], p_event_detail text[],
    p_state_key text[], p_state_value text[]
)
returns json
language plpgsql
set search_path = ''
as $$
declare
    starts timestamptz[] := public.moments(p_ts);
    fetched timestamptz[] := public.moments(p_fetched_at);
    changed text[] := '{}';
    touched text[];
    written bigint[];
    inserted bigint := 0;
    updated bigint := 0;
    a int;
    b int := 0;
begin
    perform public.check_ingest_lease(p_lock_name, p_owner_id, p_token);

    for i in 1 .. cardinality(p_ticker) loop
        a := b + 1;
        b := b + p_rows[i];
        if p_interval[i] = '1d' then
            written := public.write_bars_1d(
                p_lock_name, p_owner_id, p_token, p_ticker[i],
                array(select (start at time zone 'UTC')::date from unnest(starts[a:b]) as start),
                p_open[a:b], p_high[a:b], p_low[a:b], p_close[a:b], p_volume[a:b], fetched[a:b], p_final[a:b]
            );
        else
            written := public.write_bars_30m(
                p_lock_name, p_owner_id, p_token, p_ticker[i], starts[a:b],
                p_open[a:b], p_high[a:b], p_low[a:b], p_close[a:b], p_volume[a:b], fetched[a:b], p_final[a:b]
            );
        end if;
        inserted := inserted + written[1];
        updated := updated + written[2];
        if written[1] + written[2] > 0 then
            changed := changed || p_ticker[i];
        end if;
    end loop;

    with written as (
        insert into public.corporate_actions as old (ticker, ex_date, kind, first_seen, value)
        select * from unnest(
            p_action_ticker, p_action_ex_date, p_action_kind, public.moments(p_action_first_seen), p_action_value
        )
        on conflict (ticker, ex_date, kind, first_seen) do update set value = excluded.value
        where old.value is distinct from excluded.value
        returning ticker
    )
    select array_agg(ticker) into touched from written;
    changed := changed || touched;

    with written as (
        insert into public.symbol_facts as old (ticker, facts)
        select ticker, facts::jsonb from unnest(p_facts_ticker, p_facts) as given (ticker, facts)
        on conflict (ticker) do update set facts = excluded.facts
        where old.facts is distinct from excluded.facts
        returning ticker
    )
    select array_agg(ticker) into touched from written;
    changed := changed || touched;

    with written as (
        insert into public.quality_events (ticker, at, bar_interval, kind, detail)
        select * from unnest(
            p_event_ticker, public.moments(p_event_at), p_event_interval, p_event_kind, p_event_detail
        )
        on conflict do nothing
        returning ticker
    )
    select array_agg(ticker) into touched from written;
    changed := changed || touched;
    if touched is not null then
        -- A fault that repeats every half hour may not fill the disk.
        delete from public.quality_events
        where id <= (select max(newest.id) from public.quality_events as newest) - 10000;
    end if;

    insert into public.symbol_revisions as old (ticker, revision)
    select distinct ticker, 1 from unnest(changed) as given (ticker) order by ticker
    on conflict (ticker) do update set revision = old.revision + 1, changed_by = pg_current_xact_id();

    insert into public.app_state as old (key, value)
    select * from unnest(p_state_key, p_state_value) as given (key, value) order by key
    on conflict (key) do update set value = excluded.value, updated_at = now();

    return json_build_array(inserted, updated);
end
$$;
comment on function public.write_batches is 'Stores bars, actions, facts, events and texts of many tickers, or nothing of it; gives how many bars were inserted and updated. Row i of p_rows counts the bars of ticker i in the columns; times are microseconds since 1970 UTC.';

create or replace function public.record_ingest_run(
    p_started_at bigint, p_finished_at bigint, p_holder text,
    p_inserted bigint, p_updated bigint, p_unchanged bigint, p_failed text
)
returns void
language plpgsql
set search_path = ''
as $$
declare
    failed jsonb := p_failed::jsonb;
    finished timestamptz := (public.moments(array[p_finished_at]))[1];
begin
    insert into public.ingest_runs (started_at, finished_at, holder, inserted, updated, unchanged, failed)
    values (
        (public.moments(array[p_started_at]))[1], finished, p_holder, p_inserted, p_updated, p_unchanged, failed
    )
    on conflict do nothing;
    delete from public.ingest_runs where id <= (select max(newest.id) from public.ingest_runs as newest) - 1000;

    insert into public.app_state as old (key, last_success_utc, last_error)
    values (
        'ingest', case when failed = '{}' then finished end,
        (select string_agg(key || ': ' || value, '; ' order by key) from jsonb_each_text(failed))
    )
    on conflict (key) do update set
        last_success_utc = coalesce(excluded.last_success_utc, old.last_success_utc),
        last_error = excluded.last_error,
        updated_at = now();
end
$$;
comment on function public.record_ingest_run(bigint, bigint, text, bigint, bigint, bigint, text) is 'Remembers a run once, however often it is told, and how it ended in the row ingest of app_state.';

create or replace function public.set_app_state(p_key text, p_value text)
returns void
language plpgsql
set search_path = ''
as $$
begin
    if p_value is null then
        delete from public.app_state where key = p_key;
    else
        insert into public.app_state (key, value) values (p_key, p_value)
        on conflict (key) do update set value = excluded.value, updated_at = now();
    end if;
end
$$;
comment on function public.set_app_state(text, text) is 'Remembers a small text, or forgets it with null.';

revoke execute on function public.write_bars_1d from public, anon, authenticated;
revoke execute on function public.write_bars_30m from public, anon, authenticated;
revoke execute on function public.cover_bars from public, anon, authenticated;
revoke execute on function public.moments from public, anon, authenticated;
revoke execute on function public.write_batches from public, anon, authenticated;
revoke execute on function public.record_ingest_run from public, anon, authenticated;
revoke execute on function public.set_app_state from public, anon, authenticated;
grant execute on function
    public.write_bars_1d, public.write_bars_30m, public.cover_bars, public.moments, public.write_batches,
    public.record_ingest_run, public.set_app_state
    to service_role;

notify pgrst, 'reload schema';
