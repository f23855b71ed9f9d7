{{ config(
    materialized='incremental',
    unique_key='sale_date',
    indexes=[{'columns': ['sale_date', 'store_id', 'channel'], 'unique': true}],
    tags=['live'],
) }}

with transactions as (

    select * from {{ ref('stg_transactions') }}
    where {{ in_window('transaction_date') }}

),

-- Customers are counted by grouping twice: count(distinct) would sort every transaction.
by_customer as (

    select
        transaction_date as sale_date,
        store_id,
        channel,
        customer_id,
        count(*) as transaction_count,
        sum(item_count) as units_sold,
        sum(total_amount) as revenue,
        sum(discount_amount) as discount_amount,
        sum(tax_amount) as tax_amount
    from transactions
    group by transaction_date, store_id, channel, customer_id

),

final as (

    select
        sale_date,
        store_id,
        channel,
        sum(transaction_count)::bigint as transaction_count,
        coalesce(sum(transaction_count) filter (where customer_id is not null), 0)::bigint as member_transaction_count,
        count(customer_id) as unique_customers,
        sum(units_sold)::bigint as units_sold,
        sum(revenue) as revenue,
        sum(discount_amount) as discount_amount,
        sum(tax_amount) as tax_amount
    from by_customer
    group by sale_date, store_id, channel

)

select * from final
