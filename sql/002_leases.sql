-- Leases: who may write until when, by the database's clock alone, as the clocks of clients differ.
-- Safe to run twice. A lease that is given back or has expired keeps its token, so that tokens only grow.

create or replace function public.acquire_ingest_lock(p_lock_name text, p_owner_id text, p_lease_seconds int)
returns bigint
language sql
set search_path = ''
as $$
    -- clock_timestamp(): now() stands still from the start of the transaction, which may have waited for the row.
    insert into public.distributed_locks as lock (lock_name, owner_id, token, lease_expires_at, heartbeat_at)
    values (
        p_lock_name, p_owner_id, 1, clock_timestamp() + make_interval(secs => p_lease_seconds), clock_timestamp()
    )
    on conflict (lock_name) do update set
        owner_id = excluded.owner_id,
        token = lock.token + 1,
        lease_expires_at = clock_timestamp() + make_interval(secs => p_lease_seconds),
        heartbeat_at = clock_timestamp(),
        updated_at = clock_timestamp()
    where lock.lease_expires_at <= clock_timestamp()
    returning lock.token
$$;
comment on function public.acquire_ingest_lock(text, text, int) is 'Takes the lease and gives its token; null while somebody holds it.';

create or replace function public.heartbeat_ingest_lock(
    p_lock_name text, p_owner_id text, p_lease_seconds int, p_token bigint default null
)
returns boolean
language sql
set search_path = ''
as $$
    with renewed as (
        update public.distributed_locks as lock set
            lease_expires_at = clock_timestamp() + make_interval(secs => p_lease_seconds),
            heartbeat_at = clock_timestamp(),
            updated_at = clock_timestamp()
        where lock.lock_name = p_lock_name
            and lock.owner_id = p_owner_id
            and lock.token = coalesce(p_token, lock.token)
            and lock.lease_expires_at > clock_timestamp()
        returning lock.token
    )
    select exists (select from renewed)
$$;
comment on function public.heartbeat_ingest_lock(text, text, int, bigint) is 'Prolongs a lease that is still held; false when it is lost.';

create or replace function public.release_ingest_lock(p_lock_name text, p_owner_id text, p_token bigint default null)
returns boolean
language sql
set search_path = ''
as $$
    with released as (
        update public.distributed_locks as lock set
            lease_expires_at = clock_timestamp(),
            updated_at = clock_timestamp()
        where lock.lock_name = p_lock_name
            and lock.owner_id = p_owner_id
            and lock.token = coalesce(p_token, lock.token)
            and lock.lease_expires_at > clock_timestamp()
        returning lock.token
    )
    select exists (select from released)
$$;
comment on function public.release_ingest_lock(text, text, bigint) is 'Ends a lease that is still held; false when it is lost.';

create or replace function public.read_leases(p_prefix text)
returns json
language sql stable
set search_path = ''
as $$
    select coalesce(
        json_agg(
            json_build_array(
                lock.lock_name, lock.owner_id, lock.token, (extract(epoch from lock.lease_expires_at) * 1000000)::bigint
            )
            order by lock.lock_name collate "C"
        ),
        '[]'
    )
    from public.distributed_locks as lock
    where starts_with(lock.lock_name, p_prefix) and lock.lease_expires_at > clock_timestamp()
$$;
comment on function public.read_leases(text) is 'Gives every held lease as [name, owner, token, expiry in microseconds since 1970].';

-- The two below do the same as acquire and heartbeat and tell the expiry too, in the same request.

create or replace function public.take_ingest_lease(p_lock_name text, p_owner_id text, p_lease_seconds int)
returns json
language plpgsql
set search_path = ''
as $$
declare
    taken bigint := public.acquire_ingest_lock(p_lock_name, p_owner_id, p_lease_seconds);
begin
    return (
        select json_build_array(taken, (extract(epoch from lock.lease_expires_at) * 1000000)::bigint)
        from public.distributed_locks as lock
        where lock.lock_name = p_lock_name and lock.token = taken
    );
end
$$;
comment on function public.take_ingest_lease(text, text, int) is 'Takes the lease and gives [token, expiry in microseconds since 1970]; null while somebody holds it.';

create or replace function public.renew_ingest_lease(
    p_lock_name text, p_owner_id text, p_lease_seconds int, p_token bigint
)
returns json
language plpgsql
set search_path = ''
as $$
begin
    if not public.heartbeat_ingest_lock(p_lock_name, p_owner_id, p_lease_seconds, p_token) then
        return null;
    end if;
    return (
        select json_build_array(lock.token, (extract(epoch from lock.lease_expires_at) * 1000000)::bigint)
        from public.distributed_locks as lock
        where lock.lock_name = p_lock_name
    );
end
$$;
comment on function public.renew_ingest_lease(text, text, int, bigint) is 'Prolongs a held lease and gives [token, expiry in microseconds since 1970]; null when it is lost.';

create or replace function public.check_ingest_lease(p_lock_name text, p_owner_id text, p_token bigint)
returns void
language plpgsql
set search_path = ''
as $$
begin
    -- The lock on the row keeps everybody from taking the lease over until this transaction has ended.
    perform from public.distributed_locks as lock
    where lock.lock_name = p_lock_name
        and lock.owner_id = p_owner_id
        and lock.token = p_token
        and lock.lease_expires_at > clock_timestamp()
    for share;
    if not found then
        raise exception '% no longer holds the lease ''%'' (token %)', p_owner_id, p_lock_name, p_token
            using errcode = 'PT409', hint = 'It expired or was taken over. Nothing of this write was stored.';
    end if;
end
$$;
comment on function public.check_ingest_lease(text, text, bigint) is 'The fence: ends the transaction with PT409 unless the lease is held, and keeps it held until the end.';

revoke execute on function public.acquire_ingest_lock(text, text, int) from public, anon, authenticated;
revoke execute on function public.heartbeat_ingest_lock(text, text, int, bigint) from public, anon, authenticated;
revoke execute on function public.release_ingest_lock(text, text, bigint) from public, anon, authenticated;
revoke execute on function public.read_leases(text) from public, anon, authenticated;
revoke execute on function public.take_ingest_lease(text, text, int) from public, anon, authenticated;
revoke execute on function public.renew_ingest_lease(text, text, int, bigint) from public, anon, authenticated;
revoke execute on function public.check_ingest_lease(text, text, bigint) from public, anon, authenticated;
grant execute on function
    public.acquire_ingest_lock(text, text, int),
    public.heartbeat_ingest_lock(text, text, int, bigint),
    public.release_ingest_lock(text, text, bigint),
    public.read_leases(text),
    public.take_ingest_lease(text, text, int),
    public.renew_ingest_lease(text, text, int, bigint),
    public.check_ingest_lease(text, text, bigint)
    to service_role;

notify pgrst, 'reload schema';
