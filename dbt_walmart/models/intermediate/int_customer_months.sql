{{ config(
    materialized='incremental',
    unique_key='sale_month',
    indexes=[{'columns': ['sale_month', 'customer_id'], 'unique': true}],
) }}

with customer_days as (

    select * from {{ ref('int_customer_days') }}
    where {{ in_window('sale_date', 'sale_month', 'month') }}

)

select
    {{ month_of('sale_date') }} as sale_month,
    customer_id,
    sum(order_count)::bigint as order_count,
    sum(revenue)::numeric(16, 2) as revenue
from customer_days
group by {{ month_of('sale_date') }}, customer_id
