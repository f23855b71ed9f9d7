-- The days of a promotion in the stores that list the product, and those right before it on which it had no other.
with promoted as (

    select * from {{ ref('int_promoted_days') }}

),

first_day as (

    select min(sale_date) as first_date from {{ ref('int_daily_sales') }}

),

days_before as (

    select
        promoted.promotion_id,
        promoted.ends_on,
        promoted.store_id,
        promoted.product_id,
        generate_series(
            greatest(promoted.starts_on - {{ var('baseline_days', 28) }}, first_day.first_date),
            promoted.starts_on - interval '1 day',
            interval '1 day'
        )::date as sale_date
    from promoted
    cross join first_day
    where promoted.sale_date = promoted.starts_on

)

select
    promoted.promotion_id,
    promoted.ends_on,
    promoted.store_id,
    promoted.product_id,
    promoted.sale_date,
    true as is_promoted
from promoted
inner join first_day on promoted.sale_date >= first_day.first_date
union all
select
    days_before.promotion_id,
    days_before.ends_on,
    days_before.store_id,
    days_before.product_id,
    days_before.sale_date,
    false as is_promoted
from days_before
left join promoted as rivals
    on
        days_before.product_id = rivals.product_id
        and days_before.store_id = rivals.store_id
        and days_before.sale_date = rivals.sale_date
where rivals.product_id is null
