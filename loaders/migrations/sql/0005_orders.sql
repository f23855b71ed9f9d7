-- What orders through the REST API need beyond the company's tables.

-- The defaults are for rows that are there already; whoever writes new ones says what they are.
alter table public.products add column taxable boolean not null default false;
alter table public.products alter column taxable drop default;
comment on column public.products.taxable is 'Whether sales tax is due on it; groceries are exempt.';

alter table public.stores add column sales_tax_pct numeric(5, 2) not null default 0
    check (sales_tax_pct between 0 and 100);
alter table public.stores alter column sales_tax_pct drop default;
comment on column public.stores.sales_tax_pct is 'Percent of sales tax that the store adds to taxable goods.';

-- Orders from the API take the upper half of the numbers of a store's day. One counter for all stores and days:
-- it comes round after five million orders, on another day.
create sequence public.order_numbers as integer minvalue 5000000 maxvalue 9999999 cycle;
comment on sequence public.order_numbers is 'Places of the API''s orders in the numbers of a store''s day.';

create function public.new_order_id(of_store integer, on_day date) returns bigint
language sql volatile
return (on_day - date '2000-01-01')::bigint * 100000000000
    + of_store::bigint * 10000000
    + nextval('public.order_numbers'::regclass);
comment on function public.new_order_id(integer, date) is
    'A transaction_id for an order from the API, laid out as every transaction''s.';
revoke execute on function public.new_order_id(integer, date) from public;
grant execute on function public.new_order_id(integer, date) to walmart_app;
grant usage on sequence public.order_numbers to walmart_app;

-- The loader makes months ahead of the clock; an order makes its own only if that has not happened.
grant execute on function public.ensure_partitions(date, date) to walmart_app;

create table operations.order_keys (
    key text primary key check (length(key) between 1 and 200),
    body_hash text not null,
    transaction_id bigint,
    created_at timestamptz not null default now()
);
comment on table operations.order_keys is
    'Idempotency keys of the API''s orders. A key and its order are written in one transaction, or neither.';
comment on column operations.order_keys.body_hash is 'SHA-256 of the order in canonical JSON.';
comment on column operations.order_keys.transaction_id is 'The order that the key made; null only while it is being made.';
grant select, insert, update (transaction_id) on operations.order_keys to walmart_app;
-- a key lets its holder see an order that was made with it
revoke select on operations.order_keys from walmart_reader;
revoke insert, update, delete on operations.order_keys from walmart_loader;
