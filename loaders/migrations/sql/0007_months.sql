-- A month can be filled aside, by several connections, while nobody sees it: a bare table beside each
-- partitioned one, its keys and indexes after its rows, attached when the period commits.

create schema loading;
comment on schema loading is 'Months that are being filled; nothing here belongs to the company until it is attached.';
grant usage on schema loading to walmart_loader;

create function public.new_month(month date) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    parent text;
    child text;
begin
    if month is null or month <> date_trunc('month', month::timestamp)::date then
        raise exception 'new_month needs the first day of a month, not %', month;
    end if;
    foreach parent in array array['transactions', 'transaction_items'] loop
        child := parent || to_char(month, '_YYYY_MM');
        execute format('drop table if exists loading.%I', child);
        execute format('create table loading.%I (like public.%I including all excluding indexes)', child, parent);
        -- lets the month be attached without another look at its rows
        execute format(
            'alter table loading.%I add constraint month check (transaction_date >= %L and transaction_date < %L)',
            child, month, (month + interval '1 month')::date
        );
        execute format('grant select, insert, truncate on loading.%I to walmart_loader', child);
    end loop;
end
$$;
comment on function public.new_month(date) is
    'Makes the empty tables loading.transactions_YYYY_MM and loading.transaction_items_YYYY_MM, in place of any left over.';

create function public.index_month(parent text, month date) returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    child text := parent || to_char(month, '_YYYY_MM');
begin
    if parent = 'transactions' then
        execute format('alter table loading.%I add primary key (transaction_date, transaction_id)', child);
        execute format('create index on loading.%I (transaction_timestamp, transaction_id)', child);
        execute format('create index on loading.%I (customer_id, transaction_timestamp)', child);
    elsif parent = 'transaction_items' then
        execute format('alter table loading.%I add primary key (transaction_date, transaction_id, line_number)', child);
    else
        raise exception 'index_month knows transactions and transaction_items, not %', parent;
    end if;
end
$$;
comment on function public.index_month(text, date) is
    'Gives a filled month the key and indexes of its parent, so that attaching it need not.';

create function public.attach_month(month date) returns void
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
comment on function public.attach_month(date) is
    'Makes a filled month part of transactions and transaction_items; refuses a month that is there already.';

create function public.discard_months() returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    child text;
begin
    for child in select tablename from pg_tables where schemaname = 'loading' loop
        execute format('drop table loading.%I', child);
    end loop;
end
$$;
comment on function public.discard_months() is 'Drops what a load that was stopped left in schema loading.';

revoke execute on function public.new_month(date), public.index_month(text, date), public.attach_month(date),
    public.discard_months() from public;
grant execute on function public.new_month(date), public.index_month(text, date), public.attach_month(date),
    public.discard_months() to walmart_loader;
