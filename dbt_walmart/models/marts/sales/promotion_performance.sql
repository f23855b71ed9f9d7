{{ config(
    materialized='incremental',
    unique_key='promotion_id',
    incremental_strategy='delete+insert',
    indexes=[{'columns': ['promotion_id'], 'unique': true}, {'columns': ['measured_through']}],
) }}

-- A promotion is measured again until its last day lies before the look-back; then it is final.
with first_day as (

    select min(sale_date) as first_date from {{ ref('int_daily_sales') }}

),

promoted as (

    select * from {{ ref('int_promoted_days') }}
    where {{ in_window('ends_on') }}

),

product_sales as (

    select * from {{ ref('int_product_sales') }}
    where sale_date >= (select min(promoted.sale_date) from promoted)

),

summed as (

    select
        promoted.promotion_id,
        max(promoted.sale_date) as measured_through,
        count(*) as promoted_store_days,
        coalesce(sum(sales.units_sold), 0)::bigint as promoted_units,
        coalesce(sum(sales.revenue), 0)::numeric(16, 2) as promoted_revenue,
        coalesce(sum(sales.discount_amount), 0)::numeric(16, 2) as discount_amount,
        coalesce(sum(sales.revenue - sales.cost_of_goods), 0)::numeric(16, 2) as promoted_margin
    from promoted
    inner join first_day on promoted.sale_date >= first_day.first_date
    left join product_sales as sales
        on
            promoted.sale_date = sales.sale_date
            and promoted.store_id = sales.store_id
            and promoted.product_id = sales.product_id
    group by promoted.promotion_id

),

compared as (

    select
        summed.*,
        coalesce(baselines.store_days, 0) as baseline_store_days,
        coalesce(baselines.units_sold, 0) as baseline_units
    from summed
    left join {{ ref('int_promotion_baselines') }} as baselines on summed.promotion_id = baselines.promotion_id

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
from compared
