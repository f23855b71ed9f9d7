-- What a retailer's operational database holds. Money is numeric(12,2); instants are UTC;
-- a world day runs from 10:00 UTC to 10:00 UTC, so that a sale's local date is its world day.

create function public.world_day(instant timestamptz) returns date
language sql immutable parallel safe
return ((instant at time zone 'UTC') - interval '10 hours')::date;
comment on function public.world_day(timestamptz) is 'The world day that an instant belongs to: from 10:00 UTC to 10:00 UTC.';

create table public.stores (
    store_id integer primary key,
    name text not null,
    format text not null,
    city text not null,
    state text not null,
    region text not null,
    latitude double precision not null check (latitude between -90 and 90),
    longitude double precision not null check (longitude between -180 and 180),
    time_zone text not null,
    opened_on date not null
);
comment on table public.stores is 'The chain''s stores.';
comment on column public.stores.format is 'Kind of store, by size.';
comment on column public.stores.latitude is 'Degrees north.';
comment on column public.stores.longitude is 'Degrees east.';
comment on column public.stores.time_zone is 'IANA name of the time zone that opening hours and dates follow.';

create table public.suppliers (
    supplier_id integer primary key,
    name text not null,
    city text not null,
    state text not null,
    lead_time_days integer not null check (lead_time_days >= 0)
);
comment on table public.suppliers is 'Who delivers the products.';
comment on column public.suppliers.lead_time_days is 'Usual days from order to delivery.';

create table public.products (
    product_id integer primary key,
    sku text not null unique,
    name text not null,
    brand text not null,
    department text not null,
    category text not null,
    subcategory text not null,
    pack_size text not null,
    unit_cost numeric(12, 2) not null check (unit_cost >= 0),
    list_price numeric(12, 2) not null check (list_price >= 0),
    private_label boolean not null,
    perishable boolean not null,
    supplier_id integer not null references public.suppliers,
    launched_on date not null,
    discontinued_on date,
    updated_at timestamptz not null
);
comment on table public.products is 'The catalogue as it stands today.';
comment on column public.products.unit_cost is 'What the chain pays for one.';
comment on column public.products.list_price is 'The chain''s regular price today; history lies in price_changes.';
comment on column public.products.private_label is 'Whether it is the chain''s own brand.';
comment on column public.products.discontinued_on is 'First day on which it is no longer ordered; null: still sold.';
comment on column public.products.updated_at is 'World time of the last change to this row; it only moves forward.';

create table public.customers (
    customer_id bigint primary key,
    first_name text not null,
    last_name text not null,
    email text not null,
    gender text not null,
    birth_date date not null,
    city text not null,
    state text not null,
    postal_code text not null,
    home_store_id integer not null references public.stores,
    loyalty_tier text not null,
    joined_on date not null
);
comment on table public.customers is 'Members of the loyalty programme.';
comment on column public.customers.home_store_id is 'The store they usually shop at.';
comment on column public.customers.joined_on is 'Day on which they joined.';

create table public.assortment (
    store_id integer not null references public.stores,
    product_id integer not null references public.products,
    listed_from date not null,
    listed_to date,
    primary key (store_id, product_id, listed_from),
    check (listed_to >= listed_from)
);
comment on table public.assortment is 'Which product each store lists, and when.';
comment on column public.assortment.listed_to is 'Last day on the shelf; null: still listed.';

create table public.promotions (
    promotion_id bigint primary key,
    kind text not null,
    store_id integer references public.stores,
    product_id integer not null references public.products,
    discount_pct numeric(5, 2) not null check (discount_pct between 0 and 100),
    starts_on date not null,
    ends_on date not null,
    check (ends_on >= starts_on)
);
create index promotions_product on public.promotions (product_id, starts_on);
comment on table public.promotions is 'Price promotions of one product.';
comment on column public.promotions.store_id is 'The store it runs in; null: all stores.';
comment on column public.promotions.discount_pct is 'Percent off the list price.';
comment on column public.promotions.ends_on is 'Last day, included.';

create table public.price_changes (
    price_change_id bigint primary key,
    store_id integer references public.stores,
    product_id integer not null references public.products,
    effective_on date not null,
    old_price numeric(12, 2) not null check (old_price >= 0),
    new_price numeric(12, 2) not null check (new_price >= 0),
    reason text not null
);
create index price_changes_product on public.price_changes (product_id, effective_on);
comment on table public.price_changes is 'Every change of a regular price, with its reason.';
comment on column public.price_changes.store_id is 'The store whose price changed; null: all stores.';
comment on column public.price_changes.effective_on is 'First day at the new price.';
comment on column public.price_changes.reason is 'Why: cost, competition, markdown and so on.';

-- A transaction's number carries its day (from 2000-01-01), store and place in that store's day:
-- day * 100 000 000 000 + store * 10 000 000 + sequence. The checks hold the tables to it, because
-- everything that looks a transaction up finds its partition from the number alone.
-- References from these two tables are checked as sets, by the loader before a load and by dbt after it:
-- foreign keys would check them row by row and more than double the time of a load.
create table public.transactions (
    transaction_id bigint not null,
    customer_id bigint,
    store_id integer not null,
    transaction_date date not null,
    transaction_timestamp timestamptz not null,
    channel text not null check (channel in ('store', 'pickup', 'delivery', 'api')),
    payment_method text not null,
    item_count integer not null check (item_count > 0),
    discount_amount numeric(12, 2) not null,
    tax_amount numeric(12, 2) not null check (tax_amount >= 0),
    total_amount numeric(12, 2) not null check (total_amount >= 0),
    primary key (transaction_date, transaction_id),
    constraint transactions_number_carries_day
        check (transaction_date = date '2000-01-01' + (transaction_id / 100000000000)::integer),
    constraint transactions_number_carries_store
        check (store_id = (transaction_id / 10000000 % 10000)::integer)
) partition by range (transaction_date);
-- newest first by keyset: where (transaction_timestamp, transaction_id) < (...) order by both desc
create index transactions_newest on public.transactions (transaction_timestamp, transaction_id);
create index transactions_customer on public.transactions (customer_id, transaction_timestamp);
comment on table public.transactions is 'Sales receipts, partitioned by month of transaction_date.';
comment on column public.transactions.transaction_id is 'Carries day, store and the receipt''s place in that store''s day.';
comment on column public.transactions.customer_id is 'Who bought; null: a shopper without a membership.';
comment on column public.transactions.transaction_date is 'The store''s day, which equals the world day.';
comment on column public.transactions.channel is 'store, pickup, delivery, or api for orders through the REST API.';
comment on column public.transactions.item_count is 'Units bought.';
comment on column public.transactions.discount_amount is 'Sum over the lines of quantity x (list_price - unit_price).';
comment on column public.transactions.tax_amount is 'Sales tax, not part of total_amount.';
comment on column public.transactions.total_amount is 'Sum over the lines of quantity x unit_price.';

create table public.transaction_items (
    transaction_id bigint not null,
    line_number integer not null check (line_number >= 0),
    transaction_date date not null,
    store_id integer not null,
    product_id integer not null,
    quantity integer not null check (quantity > 0),
    list_price numeric(12, 2) not null check (list_price >= 0),
    unit_price numeric(12, 2) not null check (unit_price >= 0),
    promotion_id bigint,
    primary key (transaction_date, transaction_id, line_number),
    constraint transaction_items_number_carries_day
        check (transaction_date = date '2000-01-01' + (transaction_id / 100000000000)::integer)
) partition by range (transaction_date);
comment on table public.transaction_items is
    'Lines of the receipts, partitioned by month of transaction_date.';
comment on column public.transaction_items.list_price is 'Regular price of one that day.';
comment on column public.transaction_items.unit_price is 'Price paid for one.';
comment on column public.transaction_items.promotion_id is 'The promotion that lowered the price; null: none.';

create table public.returns (
    return_id bigint primary key,
    transaction_id bigint not null,
    transaction_date date not null,
    line_number integer not null,
    product_id integer not null references public.products,
    store_id integer not null references public.stores,
    returned_at timestamptz not null,
    returned_on date not null,
    quantity integer not null check (quantity > 0),
    refund_amount numeric(12, 2) not null check (refund_amount >= 0),
    reason text not null,
    restocked boolean not null,
    foreign key (transaction_date, transaction_id, line_number) references public.transaction_items
);
create index returns_line on public.returns (transaction_date, transaction_id, line_number);
create index returns_day on public.returns (returned_on);
comment on table public.returns is 'Goods brought back.';
comment on column public.returns.transaction_date is 'Day of the sale.';
comment on column public.returns.returned_on is 'The store''s day of the return.';
comment on column public.returns.restocked is 'Whether the goods went back on the shelf.';

create table public.inventory (
    store_id integer not null references public.stores,
    product_id integer not null references public.products,
    on_hand integer not null check (on_hand >= 0),
    on_order integer not null check (on_order >= 0),
    reorder_point integer not null check (reorder_point >= 0),
    order_up_to integer not null check (order_up_to >= 0),
    updated_at timestamptz not null,
    primary key (store_id, product_id)
) with (fillfactor = 70);
comment on table public.inventory is 'Stock as it stands at the clock of the store.';
comment on column public.inventory.on_hand is 'Units in the store.';
comment on column public.inventory.on_order is 'Units ordered and not yet received.';
comment on column public.inventory.reorder_point is 'Stock position at or below which more is ordered.';
comment on column public.inventory.order_up_to is 'Stock position that an order restores.';

create table public.inventory_daily (
    store_id integer not null,
    product_id integer not null,
    date date not null,
    opening integer not null check (opening >= 0),
    received integer not null check (received >= 0),
    sold integer not null check (sold >= 0),
    returned integer not null check (returned >= 0),
    shrink integer not null,
    closing integer not null check (closing >= 0),
    primary key (date, store_id, product_id)
);
comment on table public.inventory_daily is
    'Movements of stock by store, product and day. A row for each day on which anything moved; otherwise on-hand carries over.';
comment on column public.inventory_daily.date is 'World day.';
comment on column public.inventory_daily.shrink is 'Units lost to damage, spoilage and theft.';

create table public.purchase_orders (
    purchase_order_id bigint primary key,
    supplier_id integer not null references public.suppliers,
    store_id integer not null references public.stores,
    product_id integer not null references public.products,
    ordered_on date not null,
    quantity integer not null check (quantity > 0),
    expected_on date not null,
    received_on date,
    quantity_received integer check (quantity_received >= 0),
    unit_cost numeric(12, 2) not null check (unit_cost >= 0)
);
create index purchase_orders_open on public.purchase_orders (store_id, product_id) where received_on is null;
create index purchase_orders_day on public.purchase_orders (ordered_on);
comment on table public.purchase_orders is 'Orders to suppliers, one product each.';
comment on column public.purchase_orders.received_on is 'Day of delivery; null: still under way.';
comment on column public.purchase_orders.quantity_received is 'Units that came; null: still under way.';

-- What only a simulator can know. Nothing but scoring against it may read it.
create table truth.demand (
    store_id integer not null,
    product_id integer not null,
    date date not null,
    wanted integer not null check (wanted >= 0),
    sold integer not null check (sold >= 0),
    substituted_away integer not null check (substituted_away >= 0),
    lost integer not null check (lost >= 0),
    primary key (date, store_id, product_id)
);
comment on table truth.demand is 'What shoppers wanted, where it differs from what was sold.';

create table truth.customers (
    customer_id bigint primary key,
    visits_per_week double precision not null,
    basket_scale double precision not null,
    price_sensitivity double precision not null,
    promotion_sensitivity double precision not null,
    pantry_days double precision not null
);
comment on table truth.customers is 'Hidden traits of the simulated customers.';

create table truth.products (
    product_id integer primary key,
    own_price_elasticity double precision not null
);
comment on table truth.products is 'Own-price elasticity at the regular price.';

create table truth.promotion_effects (
    promotion_id bigint not null,
    store_id integer not null,
    product_id integer not null,
    baseline_units double precision not null,
    extra_units double precision not null,
    primary key (promotion_id, store_id, product_id)
);
comment on table truth.promotion_effects is 'What each promotion sold beyond what would have sold without it.';

-- Months are made on demand. A table attached is locked more lightly than one created as a partition,
-- so readers and orders go on meanwhile.
create function public.ensure_partitions(first_day date, last_day date) returns integer
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    month date;
    parent text;
    child text;
    made integer := 0;
begin
    if first_day is null or last_day is null or last_day < first_day or last_day - first_day > 36525 then
        raise exception 'ensure_partitions needs two days in order, at most a century apart, not % and %', first_day, last_day;
    end if;
    perform pg_advisory_xact_lock(hashtext('walmart.ensure_partitions'));
    for month in
        select generate_series(date_trunc('month', first_day::timestamp), last_day::timestamp, interval '1 month')::date
    loop
        foreach parent in array array['transactions', 'transaction_items'] loop
            child := parent || to_char(month, '_YYYY_MM');
            if to_regclass('public.' || child) is null then
                execute format('create table public.%I (like public.%I including all)', child, parent);
                execute format(
                    'alter table public.%I attach partition public.%I for values from (%L) to (%L)',
                    parent, child, month, (month + interval '1 month')::date
                );
                made := made + 1;
            end if;
        end loop;
    end loop;
    return made;
end
$$;
comment on function public.ensure_partitions(date, date) is
    'Makes the missing monthly partitions of transactions and transaction_items for these days; returns how many.';
revoke execute on function public.ensure_partitions(date, date) from public;
grant execute on function public.ensure_partitions(date, date) to walmart_loader;

-- Autovacuum never analyses a partitioned table itself, and the planner needs it right after a load.
create function public.refresh_statistics() returns void
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
begin
    analyze public.stores, public.suppliers, public.products, public.customers, public.assortment, public.promotions,
        public.price_changes, public.transactions, public.transaction_items, public.returns, public.inventory,
        public.inventory_daily, public.purchase_orders;
end
$$;
comment on function public.refresh_statistics() is 'Analyses the company''s tables.';
revoke execute on function public.refresh_statistics() from public;
grant execute on function public.refresh_statistics() to walmart_loader;

grant select, insert, update, delete on all tables in schema public, truth to walmart_loader;
alter default privileges in schema public grant select, insert, update, delete on tables to walmart_loader;
alter default privileges in schema truth grant select, insert, update, delete on tables to walmart_loader;
alter default privileges in schema operations grant select, insert, update, delete on tables to walmart_loader;

-- What POST /orders needs beyond reading.
grant insert on public.transactions, public.transaction_items to walmart_app;
grant update (on_hand, updated_at) on public.inventory to walmart_app;
