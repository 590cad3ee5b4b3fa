-- Opt-in: whoever has the publishable key may read bars, actions, facts, events, runs, watchlist and templates.
-- For pages that run without the secret key. They can write nothing and don't see the leases. Safe to run twice.
-- To close the project again, apply sql/001_tables.sql and sql/004_reads.sql once more.

drop policy if exists stockdash_read on public.price_bars_1d;
drop policy if exists stockdash_read on public.price_bars_30m;
drop policy if exists stockdash_read on public.corporate_actions;
drop policy if exists stockdash_read on public.symbol_facts;
drop policy if exists stockdash_read on public.bar_coverage;
drop policy if exists stockdash_read on public.symbol_revisions;
drop policy if exists stockdash_read on public.quality_events;
drop policy if exists stockdash_read on public.ingest_runs;
drop policy if exists stockdash_read on public.app_state;
drop policy if exists stockdash_read on public.stockdash_schema;

create policy stockdash_read on public.price_bars_1d for select to anon, authenticated using (true);
create policy stockdash_read on public.price_bars_30m for select to anon, authenticated using (true);
create policy stockdash_read on public.corporate_actions for select to anon, authenticated using (true);
create policy stockdash_read on public.symbol_facts for select to anon, authenticated using (true);
create policy stockdash_read on public.bar_coverage for select to anon, authenticated using (true);
create policy stockdash_read on public.symbol_revisions for select to anon, authenticated using (true);
create policy stockdash_read on public.quality_events for select to anon, authenticated using (true);
create policy stockdash_read on public.ingest_runs for select to anon, authenticated using (true);
create policy stockdash_read on public.app_state for select to anon, authenticated using (true);
create policy stockdash_read on public.stockdash_schema for select to anon, authenticated using (true);

grant select on
    public.price_bars_1d, public.price_bars_30m, public.corporate_actions, public.symbol_facts, public.bar_coverage,
    public.symbol_revisions, public.quality_events, public.ingest_runs, public.app_state, public.stockdash_schema
    to anon, authenticated;
grant execute on function
    public.read_bars_1d, public.read_bars_30m, public.read_about, public.read_chart_1d, public.read_chart_30m,
    public.read_revisions, public.read_version, public.read_tickers, public.read_coverage, public.read_events,
    public.read_runs, public.read_state, public.read_states
    to anon, authenticated;

notify pgrst, 'reload schema';
