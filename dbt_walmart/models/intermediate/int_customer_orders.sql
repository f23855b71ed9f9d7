with customer_transactions as (

    select * from {{ ref('int_customer_transactions') }}

),

returns as (

    select * from {{ ref('stg_returns') }}

),

world as (

    select * from {{ ref('stg_world') }}

),

refunds as (

    select
        customer_transactions.customer_id,
        sum(returns.refund_amount) as refund_amount
    from returns
    inner join customer_transactions
        on
            returns.transaction_date = customer_transactions.transaction_date
            and returns.transaction_id = customer_transactions.transaction_id
    group by customer_transactions.customer_id

),

orders as (

    select
        customer_id,
        count(*) as order_count,
        count(*) filter (where transaction_date > (select world.clock_day from world) - 90) as orders_last_90_days,
        count(*) filter (where is_home_store) as home_store_orders,
        sum(units_sold)::bigint as units_bought,
        sum(total_amount) as lifetime_revenue,
        sum(discount_amount) as discount_amount,
        min(transaction_date) as first_order_on,
        max(transaction_date) as last_order_on
    from customer_transactions
    group by customer_id

),

final as (

    select
        orders.*,
        coalesce(refunds.refund_amount, 0.00) as refund_amount
    from orders
    left join refunds on orders.customer_id = refunds.customer_id

)

select * from final
