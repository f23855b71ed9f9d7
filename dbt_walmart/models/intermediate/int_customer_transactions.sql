with transactions as (

    select * from {{ ref('stg_transactions') }}
    where customer_id is not null

),

customers as (

    select * from {{ ref('stg_customers') }}

),

final as (

    select
        transactions.transaction_id,
        transactions.customer_id,
        transactions.store_id,
        customers.home_store_id,
        customers.loyalty_tier,
        transactions.channel,
        transactions.store_id = customers.home_store_id as is_home_store,
        transactions.item_count as units_sold,
        transactions.total_amount,
        transactions.discount_amount,
        transactions.transaction_date,
        transactions.transaction_timestamp
    from transactions
    inner join customers on transactions.customer_id = customers.customer_id

)

select * from final
