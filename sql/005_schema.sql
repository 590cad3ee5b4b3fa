-- What is here and who may use it, for `stockdash db check`. Safe to run twice.

create or replace function public.read_schema(p_tables text[], p_functions text[])
returns json
language sql stable
set search_path = ''
as $$
    select json_build_object(
        'version', (select version from public.stockdash_schema),
        'tables', (
            select json_object_agg(
                class.relname,
                json_build_object(
                    'columns', (
                        select json_agg(attname) from pg_catalog.pg_attribute
                        where attrelid = class.oid and attnum > 0 and not attisdropped
                    ),
                    'is_closed', class.relrowsecurity,
                    'policies', (
                        select coalesce(json_agg(polname), '[]') from pg_catalog.pg_policy where polrelid = class.oid
                    ),
                    'rights', (
                        select coalesce(json_agg(role || ' ' || verb), '[]')
                        from unnest(array['public', 'anon', 'authenticated', 'service_role']) as role,
                            unnest(array['select', 'insert', 'update', 'delete', 'truncate']) as verb
                        where pg_catalog.has_table_privilege(role, class.oid, verb)
                    )
                )
            )
            from pg_catalog.pg_class as class
            where class.relnamespace = 'public'::regnamespace and class.relname = any (p_tables)
                and class.relkind in ('r', 'p')
        ),
        'functions', (
            select json_agg(
                json_build_object(
                    'name', proc.proname,
                    'parameters', coalesce(proc.proargnames, '{}'),
                    'search_path', proc.proconfig,
                    'is_definer', proc.prosecdef,
                    'rights', (
                        select coalesce(json_agg(role), '[]')
                        from unnest(array['public', 'anon', 'authenticated', 'service_role']) as role
                        where pg_catalog.has_function_privilege(role, proc.oid, 'execute')
                    )
                )
            )
            from pg_catalog.pg_proc as proc
            where proc.pronamespace = 'public'::regnamespace and proc.proname = any (p_functions)
        )
    )
$$;
comment on function public.read_schema(text[], text[]) is 'Gives the columns, policies and rights of the named tables and functions.';

revoke execute on function public.read_schema from public, anon, authenticated;
grant execute on function public.read_schema to service_role;

notify pgrst, 'reload schema';
