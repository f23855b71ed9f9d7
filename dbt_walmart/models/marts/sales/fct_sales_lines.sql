{{ config(
    materialized='incremental',
    unique_key='sale_date',
    indexes=[{'columns': ['sale_date', 'transaction_id', 'line_number'], 'unique': true}],
) }}

with items as (

    select * from {{ ref('stg_transaction_items') }}
    where {{ in_window('transaction_date', 'sale_date') }}

),

transactions as (

    select * from {{ ref('stg_transactions') }}
    where {{ in_window('transaction_date', 'sale_date') }}

),

products as (

    select * from {{ ref('stg_products') }}

)

select
    items.transaction_date as sale_date,
    items.transaction_id,
    items.line_number,
    items.store_id,
    items.product_id,
    items.promotion_id,
    transactions.customer_id,
    transactions.channel,
    items.quantity,
    items.list_price,
    items.unit_price,
    (items.quantity * items.unit_price)::numeric(16, 2) as revenue,
    (items.quantity * (items.list_price - items.unit_price))::numeric(16, 2) as discount_amount,
    (items.quantity * products.unit_cost)::numeric(16, 2) as cost_of_goods
from items
inner join transactions
    on items.transaction_date = transactions.transaction_date and items.transaction_id = transactions.transaction_id
inner join products on items.product_id = products.product_id
