-- The days of a promotion in the stores that list the product, and those right before it on which it had no other.
with first_day as (

    select min(sale_date) as first_date from {{ ref('int_daily_sales') }}

),

days as (

    select
        promotions.*,
        generate_series(
            greatest(promotions.starts_on - {{ var('baseline_days', 28) }}, first_day.first_date),
            least(promotions.ends_on, {{ last_complete_day() }})::timestamp,
            interval '1 day'
        )::date as sale_date
    from {{ ref('stg_promotions') }} as promotions
    cross join first_day
    where promotions.starts_on <= {{ last_complete_day() }}

),

assortment as (

    select distinct
        store_id,
        product_id
    from {{ ref('stg_assortment') }}

),

promoted as (

    select * from {{ ref('int_promoted_days') }}

)

select
    days.promotion_id,
    days.ends_on,
    assortment.store_id,
    days.product_id,
    days.sale_date,
    days.sale_date >= days.starts_on as is_promoted
from days
inner join assortment
    on days.product_id = assortment.product_id and assortment.store_id = coalesce(days.store_id, assortment.store_id)
left join promoted
    on
        assortment.product_id = promoted.product_id
        and assortment.store_id = promoted.store_id
        and days.sale_date = promoted.sale_date
where days.sale_date >= days.starts_on or promoted.product_id is null
