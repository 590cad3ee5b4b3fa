-- For the tests alone: emptying everything, and letting time pass for the leases.

create or replace function public.test_reset() returns void language sql security definer set search_path = '' as $$
    truncate
        public.price_bars_1d, public.price_bars_30m, public.corporate_actions, public.symbol_facts,
        public.bar_coverage, public.symbol_revisions, public.quality_events, public.ingest_runs, public.app_state,
        public.distributed_locks restart identity;
$$;

create or replace function public.test_let_pass(p_seconds double precision) returns void
language sql security definer set search_path = '' as $$
    update public.distributed_locks set lease_expires_at = lease_expires_at - make_interval(secs => p_seconds);
$$;

revoke execute on function public.test_reset, public.test_let_pass from public, anon, authenticated;
grant execute on function public.test_reset, public.test_let_pass to service_role;
