-- The days of a promotion in the stores that list the product, and those right before it on which it had no other.
-- The promoted days are named three times, not read once: each time PostgreSQL then reads only those it is asked for.
with first_day as (

    select min(sale_date) as first_date from {{ ref('int_daily_sales') }}

),

days_before as (

    select
        promoted.promotion_id,
        promoted.ends_on,
        promoted.store_id,
        promoted.product_id,
        promoted.starts_on - earlier.days as sale_date
    from {{ ref('int_promoted_days') }} as promoted
    cross join generate_series(1, {{ var('baseline_days', 28) }}) as earlier (days)
    where promoted.sale_date = promoted.starts_on

)

select
    promoted.promotion_id,
    promoted.ends_on,
    promoted.store_id,
    promoted.product_id,
    promoted.sale_date,
    true as is_promoted
from {{ ref('int_promoted_days') }} as promoted
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
inner join first_day on days_before.sale_date >= first_day.first_date
left join {{ ref('int_promoted_days') }} as rivals
    on
        days_before.product_id = rivals.product_id
        and days_before.store_id = rivals.store_id
        and days_before.sale_date = rivals.sale_date
where rivals.product_id is null
