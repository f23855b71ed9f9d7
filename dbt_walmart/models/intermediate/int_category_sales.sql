{{ config(tags=['live']) }}

with items as (

    select * from {{ ref('stg_transaction_items') }}

),

transactions as (

    select * from {{ ref('stg_transactions') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

-- One row a transaction and category, so that counting rows counts transactions.
by_transaction as (

    select
        items.transaction_date,
        items.transaction_id,
        items.store_id,
        products.department,
        products.category,
        sum(items.quantity) as units_sold,
        {{ calculate_revenue('items.quantity', 'items.unit_price') }} as revenue,
        {{ calculate_revenue('items.quantity', 'items.list_price') }} as list_revenue,
        {{ calculate_revenue('items.quantity', 'products.unit_cost') }} as cost_of_goods
    from items
    inner join products on items.product_id = products.product_id
    group by
        items.transaction_date, items.transaction_id, items.store_id, products.department, products.category

),

final as (

    select
        by_transaction.transaction_date as sale_date,
        by_transaction.store_id,
        transactions.channel,
        by_transaction.department,
        by_transaction.category,
        count(*) as transaction_count,
        sum(by_transaction.units_sold)::bigint as units_sold,
        sum(by_transaction.revenue) as revenue,
        sum(by_transaction.list_revenue) - sum(by_transaction.revenue) as discount_amount,
        sum(by_transaction.cost_of_goods) as cost_of_goods
    from by_transaction
    inner join transactions
        on
            by_transaction.transaction_date = transactions.transaction_date
            and by_transaction.transaction_id = transactions.transaction_id
    group by
        by_transaction.transaction_date,
        by_transaction.store_id,
        transactions.channel,
        by_transaction.department,
        by_transaction.category

)

select * from final
