{{ config(
    materialized='incremental',
    unique_key='product_id',
    incremental_strategy='delete+insert',
    indexes=[{'columns': ['product_id'], 'unique': true}],
) }}

-- Measured when a week has ended and its look-back has passed: on other days there is nothing to do.
with weeks as (

    select
        product_id,
        store_id,
        {{ last_settled_week() }} as measured_through,
        ln(sum(units_sold)::double precision) as log_units,
        ln(sum(revenue)::double precision / sum(units_sold)) as log_price
    from {{ ref('daily_sales_by_product') }}
    where
        sale_date <= {{ last_settled_week() }}
        and {{ has_advanced('measured_through', last_settled_week()) }}
    group by product_id, store_id, date_trunc('week', sale_date)
    having sum(revenue) > 0

),

-- Within a store and product: what differs between stores for other reasons than the price drops out.
series as (

    select
        product_id,
        max(measured_through) as measured_through,
        count(*) as week_count,
        regr_sxx(log_units, log_price) as price_squares,
        regr_syy(log_units, log_price) as unit_squares,
        regr_sxy(log_units, log_price) as products
    from weeks
    group by product_id, store_id

),

summed as (

    select
        product_id,
        max(measured_through) as measured_through,
        count(*) as store_count,
        sum(week_count)::bigint as store_weeks,
        nullif(round(sum(price_squares)::numeric, 9), 0) as price_squares,
        sum(unit_squares)::numeric as unit_squares,
        sum(products)::numeric as products
    from series
    group by product_id

)

select
    product_id,
    measured_through,
    store_count,
    store_weeks,
    sqrt(price_squares / nullif(store_weeks - store_count, 0))::numeric(16, 6) as log_price_deviation,
    (products / price_squares)::numeric(16, 6) as elasticity,
    sqrt(
        greatest(unit_squares - products * products / price_squares, 0)
        / nullif(greatest(store_weeks - store_count - 1, 0), 0) / price_squares
    )::numeric(16, 4) as standard_error
from summed
