{{ config(
    materialized='incremental',
    unique_key='sale_date',
    indexes=[{'columns': ['sale_date', 'category', 'product_id', 'store_id', 'channel']}],
    post_hook='{{ analyze_whole() }}',
    tags=['live'],
) }}

with items as (

    select * from {{ ref('stg_transaction_items') }}
    where {{ in_window('transaction_date') }}

),

transactions as (

    select * from {{ ref('stg_transactions') }}
    where {{ in_window('transaction_date') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

stores as (

    select * from {{ ref('stg_stores') }}

),

final as (

    select
        items.transaction_date as sale_date,
        items.transaction_id,
        items.line_number,
        items.store_id,
        items.product_id,
        items.promotion_id,
        transactions.customer_id,
        transactions.channel,
        date_part('hour', transactions.transaction_timestamp at time zone stores.time_zone)::integer as hour_of_day,
        products.department,
        products.category,
        -- adding these up counts a category's receipts, at any grain
        (row_number() over (
            partition by items.transaction_date, products.category, items.transaction_id
            order by items.line_number
        ) = 1)::integer as category_receipts,
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
    inner join stores on transactions.store_id = stores.store_id

)

-- In the order in which they are read: a category's day side by side, and what is added up one after another.
select * from final
order by sale_date, category, product_id, store_id, channel
