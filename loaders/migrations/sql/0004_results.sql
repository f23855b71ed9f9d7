-- What models say of the future, and what the pipeline says of itself.

set local role walmart_loader;

create table predictions.forecasts (
    as_of date not null,
    level text not null,
    key text not null,
    model text not null,
    date date not null,
    horizon integer not null check (horizon > 0),
    mean double precision not null,
    lower double precision not null,
    upper double precision not null check (lower <= mean and mean <= upper),
    store_id integer,
    product_id integer,
    department text,
    category text,
    primary key (level, key, as_of, model, date)
);
comment on table predictions.forecasts is 'Forecasts of daily sales with their interval.';
comment on column predictions.forecasts.as_of is 'Last world day that the model saw.';
comment on column predictions.forecasts.level is 'What is forecast: company, store, department, category, product, store_product and so on.';
comment on column predictions.forecasts.key is 'Which one of its level, for example store=3/product=17; all for the company.';
comment on column predictions.forecasts.horizon is 'Days after as_of.';
comment on column predictions.forecasts.mean is 'Expected units or money of the day, as the level says.';

create table predictions.forecast_errors (
    as_of date not null,
    level text not null,
    key text not null,
    model text not null,
    metric text not null,
    horizon integer not null check (horizon >= 0),
    window_from date not null,
    window_until date not null check (window_until >= window_from),
    value double precision not null,
    observations integer not null check (observations > 0),
    primary key (level, key, as_of, model, metric, horizon)
);
comment on table predictions.forecast_errors is 'Errors of the models on days that they had not seen.';
comment on column predictions.forecast_errors.key is 'As in forecasts; * for all of the level together.';
comment on column predictions.forecast_errors.metric is 'For example wape, mase, bias, coverage.';
comment on column predictions.forecast_errors.horizon is 'Days ahead; 0: all days of the window together.';
comment on column predictions.forecast_errors.window_until is 'Last day scored, included.';

create table predictions.recommendations (
    as_of date not null,
    kind text not null check (kind in ('bought_together', 'customer', 'popular')),
    product_id integer,
    customer_id bigint,
    recommended_product_id integer not null,
    rank integer not null check (rank > 0),
    score double precision not null,
    support double precision,
    confidence double precision,
    reason text not null,
    check ((kind = 'bought_together') = (product_id is not null)),
    check ((kind = 'customer') = (customer_id is not null))
);
create unique index recommendations_product on predictions.recommendations (product_id, rank) where kind = 'bought_together';
create unique index recommendations_customer on predictions.recommendations (customer_id, rank) where kind = 'customer';
create unique index recommendations_popular on predictions.recommendations (rank) where kind = 'popular';
comment on table predictions.recommendations is 'Products to offer beside a product, to a customer, or to anybody.';
comment on column predictions.recommendations.score is 'Lift for bought_together; the model''s score for customer; share of baskets for popular.';
comment on column predictions.recommendations.support is 'Share of baskets with both products.';
comment on column predictions.recommendations.confidence is 'Share of the baskets with the product that also hold the recommended one.';
comment on column predictions.recommendations.reason is 'One sentence for the reader.';

create table predictions.recommendation_errors (
    as_of date not null,
    kind text not null,
    model text not null,
    metric text not null,
    k integer not null check (k > 0),
    value double precision not null,
    observations integer not null,
    primary key (as_of, kind, model, metric, k)
);
comment on table predictions.recommendation_errors is 'How often recommendations were right on days that the model had not seen, beside popularity.';

reset role;

create table operations.dbt_results (
    invocation_id text not null,
    unique_id text not null,
    name text not null,
    resource_type text not null,
    status text not null,
    seconds double precision,
    rows bigint,
    failures bigint,
    message text,
    started_at timestamptz,
    finished_at timestamptz not null,
    primary key (invocation_id, unique_id)
);
create index dbt_results_newest on operations.dbt_results (unique_id, finished_at);
comment on table operations.dbt_results is 'What dbt reported of each node, by invocation.';
comment on column operations.dbt_results.rows is 'Rows written, where the adapter says so.';
comment on column operations.dbt_results.failures is 'Rows that failed a test.';

create table operations.warehouse_loads (
    load_id text not null,
    table_name text not null,
    part text not null,
    warehouse text not null,
    rows bigint not null check (rows >= 0),
    checksum text not null,
    sums jsonb not null default '{}',
    source_path text,
    published_through timestamptz,
    reconciled boolean not null default false,
    message text,
    loaded_at timestamptz not null,
    primary key (load_id, table_name, part)
);
create index warehouse_loads_newest on operations.warehouse_loads (warehouse, table_name, part, loaded_at);
comment on table operations.warehouse_loads is 'What went to the warehouse, by table and part, and whether it was found equal there.';
comment on column operations.warehouse_loads.table_name is 'Schema and table in PostgreSQL, for example public.transactions.';
comment on column operations.warehouse_loads.part is 'The month, for example 2026-01, or all for a whole table.';
comment on column operations.warehouse_loads.checksum is 'Of the rows as PostgreSQL holds them; equal: not loaded again.';
comment on column operations.warehouse_loads.sums is 'Exact sums of the money columns.';
comment on column operations.warehouse_loads.published_through is 'The world''s clock that the rows belong to.';

revoke insert, update, delete on operations.schema_version from walmart_loader;
