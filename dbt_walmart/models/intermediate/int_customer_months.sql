{{ config(
    materialized='incremental',
    unique_key='sale_month',
    indexes=[{'columns': ['sale_month', 'customer_id'], 'unique': true}],
) }}

with customer_days as (

    select * from {{ ref('int_customer_days') }}
    where {{ in_window('sale_date') }}

)

select
    {{ month_of('sale_date') }} as sale_month,
    customer_id,
    count(*) as order_days,
    sum(order_count)::bigint as order_count,
    sum(home_store_orders)::bigint as home_store_orders,
    sum(units_bought)::bigint as units_bought,
    sum(revenue)::numeric(16, 2) as revenue,
    sum(discount_amount)::numeric(16, 2) as discount_amount,
    min(sale_date) as first_order_on,
    (array_agg(revenue order by sale_date))[1] as first_day_revenue,
    max(sale_date) as last_order_on
from customer_days
group by {{ month_of('sale_date') }}, customer_id
