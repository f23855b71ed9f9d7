{{ config(
    materialized='incremental',
    unique_key='sale_date',
    indexes=[
        {'columns': ['sale_date', 'store_id', 'channel', 'product_id'], 'unique': true},
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

by_day as (

    select
        items.transaction_date as sale_date,
        items.store_id,
        transactions.channel,
        items.product_id,
        sum(items.quantity)::bigint as units_sold,
        {{ calculate_revenue('items.quantity', 'items.unit_price') }} as revenue
    from items
    inner join transactions
        on
            items.transaction_date = transactions.transaction_date
            and items.transaction_id = transactions.transaction_id
    group by items.transaction_date, items.store_id, transactions.channel, items.product_id

),

final as (

    select
        by_day.sale_date,
        by_day.store_id,
        by_day.channel,
        by_day.product_id,
        products.category,
        by_day.units_sold,
        by_day.revenue::numeric(16, 2) as revenue
    from by_day
    inner join products on by_day.product_id = products.product_id

)

select * from final
