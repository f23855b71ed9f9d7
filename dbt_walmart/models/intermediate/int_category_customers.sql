{{ config(
    materialized='incremental',
    unique_key='sale_month',
    indexes=[{'columns': ['sale_month', 'category'], 'unique': true}],
) }}

with items as (

    select * from {{ ref('stg_transaction_items') }}
    where {{ in_window('transaction_date', 'sale_month', 'month') }}

),

transactions as (

    select * from {{ ref('stg_transactions') }}
    where
        customer_id is not null
        and {{ in_window('transaction_date', 'sale_month', 'month') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

buyers as (

    select distinct
        date_trunc('month', transactions.transaction_date)::date as sale_month,
        products.category,
        transactions.customer_id
    from items
    inner join transactions
        on
            items.transaction_date = transactions.transaction_date
            and items.transaction_id = transactions.transaction_id
    inner join products on items.product_id = products.product_id

),

final as (

    select
        sale_month,
        category,
        count(*) as customer_count
    from buyers
    group by sale_month, category

)

select * from final
