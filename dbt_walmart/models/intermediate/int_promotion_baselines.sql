{{ config(
    materialized='incremental',
    unique_key='starts_on',
    indexes=[{'columns': ['promotion_id'], 'unique': true}, {'columns': ['starts_on']}],
    pre_hook="{{ 'set local enable_nestloop to off' if not builds_few_days() }}",
) }}

-- What a promotion is measured against: the days before it in its stores on which the product had no other promotion.
-- They are over when it begins, so they are added up once, not on each day that it goes on.
-- PostgreSQL takes the days of all promotions for a handful, and would look up a million of them one by one: the hook.
with first_day as (

    select min(sale_date) as first_date from {{ ref('int_daily_sales') }}

),

begun as (

    select
        promotion_id,
        store_id,
        product_id,
        starts_on
    from {{ ref('int_promoted_days') }}
    where sale_date = starts_on and {{ in_window('sale_date') }}

),

days_before as (

    select
        begun.*,
        begun.starts_on - earlier.days as sale_date
    from begun
    cross join generate_series(1, {{ var('baseline_days', 28) }}) as earlier (days)

),

product_sales as (

    select * from {{ ref('int_product_sales') }}
    where sale_date >= (select min(begun.starts_on) - {{ var('baseline_days', 28) }} from begun)

)

select
    days_before.promotion_id,
    days_before.starts_on,
    count(*) as store_days,
    coalesce(sum(sales.units_sold), 0)::bigint as units_sold
from days_before
inner join first_day on days_before.sale_date >= first_day.first_date
left join {{ ref('int_promoted_days') }} as rivals
    on
        days_before.product_id = rivals.product_id
        and days_before.store_id = rivals.store_id
        and days_before.sale_date = rivals.sale_date
left join product_sales as sales
    on
        days_before.sale_date = sales.sale_date
        and days_before.store_id = sales.store_id
        and days_before.product_id = sales.product_id
where rivals.product_id is null
group by days_before.promotion_id, days_before.starts_on
