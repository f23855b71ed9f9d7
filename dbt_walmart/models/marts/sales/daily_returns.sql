{{ config(
    indexes=[{'columns': ['return_date', 'store_id', 'channel', 'category'], 'unique': true}],
    tags=['live'],
) }}

with returns as (

    select * from {{ ref('stg_returns') }}

),

transactions as (

    select * from {{ ref('stg_transactions') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

final as (

    select
        returns.returned_on as return_date,
        returns.store_id,
        transactions.channel,
        products.category,
        count(*) as return_count,
        sum(returns.quantity)::bigint as units_returned,
        sum(returns.refund_amount)::numeric(16, 2) as refund_amount
    from returns
    inner join transactions
        on
            returns.transaction_date = transactions.transaction_date
            and returns.transaction_id = transactions.transaction_id
    inner join products on returns.product_id = products.product_id
    group by returns.returned_on, returns.store_id, transactions.channel, products.category

)

select * from final
