{{ config(
    materialized='incremental',
    unique_key='sale_date',
    indexes=[{'columns': ['sale_date', 'customer_id'], 'unique': true}],
) }}

with customer_transactions as (

    select * from {{ ref('int_customer_transactions') }}
    where {{ in_window('transaction_date') }}

)

select
    transaction_date as sale_date,
    customer_id,
    count(*) as order_count,
    count(*) filter (where is_home_store) as home_store_orders,
    sum(units_sold)::bigint as units_bought,
    sum(total_amount)::numeric(16, 2) as revenue,
    sum(discount_amount)::numeric(16, 2) as discount_amount
from customer_transactions
group by transaction_date, customer_id
