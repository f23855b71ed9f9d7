-- A month that was filled aside says whose rows it holds, so that a load that was stopped can take it up again.

create function public.mark_month(parent text, month date, content text) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    if parent not in ('transactions', 'transaction_items') then
        raise exception 'mark_month knows transactions and transaction_items, not %', parent;
    end if;
    execute format('comment on table loading.%I is %L', parent || to_char(month, '_YYYY_MM'), content);
end
$$;
comment on function public.mark_month(text, date, text) is
    'Notes beside a filled table what its rows are a copy of; whoever fills that anew need not.';

create or replace function public.attach_month(month date) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    parent text;
    child text;
begin
    perform pg_advisory_xact_lock(hashtext('walmart.ensure_partitions'));
    foreach parent in array array['transactions', 'transaction_items'] loop
        child := parent || to_char(month, '_YYYY_MM');
        execute format('comment on table loading.%I is null', child);
        execute format('revoke all on loading.%I from walmart_loader', child);
        execute format('grant select on loading.%I to walmart_reader, walmart_app', child);
        execute format('grant select, insert, update, delete on loading.%I to walmart_loader', child);
        execute format('alter table loading.%I set schema public', child);
        execute format(
            'alter table public.%I attach partition public.%I for values from (%L) to (%L)',
            parent, child, month, (month + interval '1 month')::date
        );
        execute format('alter table public.%I drop constraint month', child);
    end loop;
end
$$;

revoke execute on function public.mark_month(text, date, text) from public;
grant execute on function public.mark_month(text, date, text) to walmart_loader;
