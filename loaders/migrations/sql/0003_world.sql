-- The one continuing world: its parameters, its clock by shard, its state, its input, its runs.

create table public.world (
    id integer primary key default 1 check (id = 1),
    world_id uuid not null default gen_random_uuid(),
    params jsonb not null,
    params_hash text not null,
    start_date date not null,
    state_version text not null,
    first_until timestamptz not null,
    first_company_done boolean not null default false,
    source text not null default 'simulated',
    source_digest text,
    created_at timestamptz not null default now()
);
comment on table public.world is 'The world; one row. Orders lock it shared, the commit of a period exclusively.';
comment on column public.world.params is 'The simulator''s parameters, whole.';
comment on column public.world.params_hash is 'SHA-256 of the parameters in canonical JSON.';
comment on column public.world.start_date is 'First world day.';
comment on column public.world.state_version is 'Format of the simulator''s state; another one is refused.';
comment on column public.world.first_until is 'Clock at which the first company is complete.';
comment on column public.world.first_company_done is 'Whether every shard has reached first_until.';
comment on column public.world.source is 'simulated, or loaded from a directory.';
comment on column public.world.source_digest is 'SHA-256 of the manifest it was loaded from.';

create table public.world_shards (
    shard integer primary key check (shard >= 0),
    store_ids integer[] not null check (cardinality(store_ids) > 0),
    clock timestamptz not null,
    watermark bigint not null default 0,
    digests jsonb not null,
    state_hash text not null,
    lease_owner text,
    lease_expires_at timestamptz,
    lease_backend integer,
    lease_backend_start timestamptz,
    committed_at timestamptz not null default now()
);
comment on table public.world_shards is 'Sets of stores that are simulated apart, each with its clock.';
comment on column public.world_shards.clock is 'Everything before it is in the tables.';
comment on column public.world_shards.watermark is 'Last place in order_inbox that the state has taken in.';
comment on column public.world_shards.digests is 'Hash of the simulator''s state at the clock, by store.';
comment on column public.world_shards.state_hash is 'SHA-256 over the digests.';
comment on column public.world_shards.lease_owner is
    'Who advances the shard now; nobody else may until lease_expires_at, or until the holder''s session is gone.';
comment on column public.world_shards.lease_backend is 'The holder''s server process; with lease_backend_start it tells whether the session lives.';

create table public.simulation_state (
    store_id integer not null references public.stores,
    at timestamptz not null,
    format_version text not null,
    snapshot bytea not null,
    digest text not null,
    primary key (store_id, at)
);
-- compressed by the simulator already
alter table public.simulation_state alter column snapshot set storage external;
comment on table public.simulation_state is 'The simulator''s full state by store at each month''s start; everything since is recomputed.';

-- The number carries day and store, so an order cannot stand in the wrong place.
create table public.order_inbox (
    sequence bigint generated always as identity primary key,
    transaction_id bigint not null unique,
    world_time timestamptz not null,
    store_id integer generated always as ((transaction_id / 10000000 % 10000)::integer) stored,
    transaction_date date generated always as (date '2000-01-01' + (transaction_id / 100000000000)::integer) stored,
    constraint order_inbox_transaction foreign key (transaction_date, transaction_id)
        references public.transactions deferrable initially deferred,
    constraint order_inbox_day check (public.world_day(world_time) = transaction_date)
);
create index order_inbox_store on public.order_inbox (store_id, world_time, sequence);
comment on table public.order_inbox is
    'Orders from the API in the order in which they took stock. An order calls world_time_for_order, locks its rows of '
    'inventory, lowers on_hand, writes transactions and transaction_items, and then its row here, all in one transaction.';
comment on column public.order_inbox.world_time is 'The clock of the store''s shard when the order came: its stock is taken first thing then.';

create table public.simulation_runs (
    run_id text primary key,
    kind text not null check (kind in ('first_company', 'days', 'live', 'load')),
    state text not null default 'queued' check (state in ('queued', 'running', 'success', 'failed', 'cancelled')),
    airflow_run_id text,
    requested_from timestamptz not null,
    requested_until timestamptz not null check (requested_until >= requested_from),
    day_reached date,
    days_done integer not null default 0,
    days_total integer not null,
    transactions bigint not null default 0,
    message text,
    params jsonb not null default '{}',
    started_at timestamptz not null,
    updated_at timestamptz not null default now(),
    finished_at timestamptz
);
create index simulation_runs_newest on public.simulation_runs (started_at);
comment on table public.simulation_runs is 'Runs of the simulator, with their progress.';
comment on column public.simulation_runs.day_reached is 'Last world day that every shard has computed.';
comment on column public.simulation_runs.transactions is 'Receipts computed so far.';

create table public.simulation_run_shards (
    run_id text not null references public.simulation_runs on delete cascade,
    shard integer not null,
    day_reached date,
    committed_transactions bigint not null default 0,
    computed_transactions bigint not null default 0,
    done boolean not null default false,
    updated_at timestamptz not null default now(),
    primary key (run_id, shard)
);
comment on table public.simulation_run_shards is 'Progress of a run by shard.';

create function public.published_through() returns timestamptz
language sql stable parallel safe
return (select min(clock) from public.world_shards);
comment on function public.published_through() is
    'The earliest of the shards'' clocks: everything before it is complete. Null: there is no company yet.';

-- An order may not slip in between a period's last look at the inbox and its commit; the lock on the world's row
-- keeps them apart. A function, because locking a row takes the right to update it.
create function public.world_time_for_order(of_store integer) returns timestamptz
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    result timestamptz;
begin
    perform 1 from public.world for share;
    select clock into result from public.world_shards where of_store = any(store_ids);
    return result;
end
$$;
comment on function public.world_time_for_order(integer) is
    'Locks the world shared until the end of the transaction, and returns the clock of the store''s shard; null: no such store.';
revoke execute on function public.world_time_for_order(integer) from public;
grant execute on function public.world_time_for_order(integer) to walmart_app, walmart_loader;

grant insert (transaction_id, world_time) on public.order_inbox to walmart_app;
-- the hidden state of the simulation is as secret as the truth
revoke select on public.simulation_state from walmart_reader, walmart_app;
