{{ config(materialized='table') }}

with customer_days as (

    select * from {{ ref('int_customer_days') }}

),

world as (

    select * from {{ ref('stg_world') }}

),

refunds as (

    select
        customer_id,
        sum(refund_amount) as refund_amount
    from {{ ref('int_returns') }}
    where customer_id is not null
    group by customer_id

),

orders as (

    select
        customer_id,
        count(*) as order_days,
        sum(order_count)::bigint as order_count,
        coalesce(
            sum(order_count) filter (where sale_date > (select world.clock_day from world) - 90), 0
        )::bigint as orders_last_90_days,
        sum(home_store_orders)::bigint as home_store_orders,
        sum(units_bought)::bigint as units_bought,
        sum(revenue) as lifetime_revenue,
        sum(discount_amount) as discount_amount,
        min(sale_date) as first_order_on,
        max(sale_date) as last_order_on
    from customer_days
    group by customer_id

),

-- What a purchase is worth leaves out the first day, as models of repeat purchases do.
first_days as (

    select
        customer_days.customer_id,
        customer_days.revenue as first_day_revenue
    from customer_days
    inner join orders
        on customer_days.customer_id = orders.customer_id and customer_days.sale_date = orders.first_order_on

)

select
    orders.*,
    world.clock_day - orders.first_order_on as age_days,
    world.clock_day - orders.last_order_on as days_since_last_order,
    first_days.first_day_revenue,
    coalesce(refunds.refund_amount, 0.00) as refund_amount
from orders
cross join world
inner join first_days on orders.customer_id = first_days.customer_id
left join refunds on orders.customer_id = refunds.customer_id
