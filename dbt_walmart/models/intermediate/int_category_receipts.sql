{{ config(
    materialized='incremental',
    unique_key='sale_date',
    indexes=[
        {'columns': ['sale_date', 'transaction_id', 'category'], 'unique': true},
        {'columns': ['category', 'sale_date']},
    ],
    tags=['live'],
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

),

stores as (

    select * from {{ ref('stg_stores') }}

),

by_transaction as (

    select
        items.transaction_date,
        items.transaction_id,
        products.department,
        products.category,
        sum(items.quantity)::integer as units_sold,
        {{ calculate_revenue('items.quantity', 'items.unit_price') }} as revenue,
        {{ calculate_revenue('items.quantity', 'items.list_price') }} as list_revenue,
        {{ calculate_revenue('items.quantity', 'products.unit_cost') }} as cost_of_goods
    from items
    inner join products on items.product_id = products.product_id
    group by items.transaction_date, items.transaction_id, products.department, products.category

),

final as (

    select
        by_transaction.transaction_date as sale_date,
        by_transaction.transaction_id,
        by_transaction.department,
        by_transaction.category,
        transactions.store_id,
        transactions.channel,
        transactions.customer_id,
        extract(hour from transactions.transaction_timestamp at time zone stores.time_zone)::integer as hour_of_day,
        by_transaction.units_sold,
        by_transaction.revenue::numeric(16, 2) as revenue,
        (by_transaction.list_revenue - by_transaction.revenue)::numeric(16, 2) as discount_amount,
        by_transaction.cost_of_goods::numeric(16, 2) as cost_of_goods
    from by_transaction
    inner join transactions
        on
            by_transaction.transaction_date = transactions.transaction_date
            and by_transaction.transaction_id = transactions.transaction_id
    inner join stores on transactions.store_id = stores.store_id

)

-- a day's rows of a category lie side by side: members of one category are counted from them
select * from final
order by sale_date, category
