-- What members have spent is what their receipts say, in all.
with transactions as (

    select
        count(*) as order_count,
        coalesce(sum(total_amount), 0) as revenue
    from {{ ref('stg_transactions') }}
    where customer_id is not null

),

members as (

    select
        coalesce(sum(order_count), 0) as order_count,
        coalesce(sum(lifetime_revenue), 0) as revenue
    from {{ ref('customer_lifetime_value') }}

)

select
    transactions.revenue as transaction_revenue,
    members.revenue as member_revenue
from transactions
cross join members
where
    transactions.order_count != members.order_count
    or transactions.revenue != members.revenue
