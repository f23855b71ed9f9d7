{{ config(
    materialized='incremental',
    unique_key='promotion_id',
    incremental_strategy='delete+insert',
    indexes=[{'columns': ['promotion_id'], 'unique': true}, {'columns': ['measured_through']}],
    pre_hook="{{ 'set local enable_nestloop to off' if not is_incremental() }}",
) }}

-- PostgreSQL takes the days of all promotions for a handful, and would look up a million of them one by one: the hook.
-- A promotion is measured again until its last day lies before the look-back; then it is final.
with store_days as (

    select * from {{ ref('int_promotion_store_days') }}
    where {{ in_window('ends_on') }}

),

product_sales as (

    select * from {{ ref('int_product_sales') }}
    where sale_date >= (select min(store_days.sale_date) from store_days)

),

summed as (

    select
        store_days.promotion_id,
        max(store_days.sale_date) as measured_through,
        count(*) filter (where store_days.is_promoted) as promoted_store_days,
        count(*) filter (where not store_days.is_promoted) as baseline_store_days,
        coalesce(sum(sales.units_sold) filter (where store_days.is_promoted), 0)::bigint as promoted_units,
        coalesce(sum(sales.units_sold) filter (where not store_days.is_promoted), 0)::bigint as baseline_units,
        coalesce(sum(sales.revenue) filter (where store_days.is_promoted), 0)::numeric(16, 2) as promoted_revenue,
        coalesce(sum(sales.discount_amount) filter (where store_days.is_promoted), 0)::numeric(16, 2)
            as discount_amount,
        coalesce(
            sum(sales.revenue - sales.cost_of_goods) filter (where store_days.is_promoted), 0
        )::numeric(16, 2) as promoted_margin
    from store_days
    left join product_sales as sales
        on
            store_days.sale_date = sales.sale_date
            and store_days.store_id = sales.store_id
            and store_days.product_id = sales.product_id
    group by store_days.promotion_id

)

select
    *,
    (baseline_units * promoted_store_days::numeric / nullif(baseline_store_days, 0))::numeric(16, 4) as expected_units,
    (
        promoted_units - baseline_units * promoted_store_days::numeric / nullif(baseline_store_days, 0)
    )::numeric(16, 4) as extra_units,
    (
        promoted_units * baseline_store_days::numeric / nullif(baseline_units * promoted_store_days, 0) - 1
    )::numeric(16, 6) as uplift
from summed
