{{ config(materialized='table') }}

with world as (

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

-- A member's days are many: the months are added up instead, and days read only where days count.
orders as (

    select
        customer_id,
        sum(order_days)::bigint as order_days,
        sum(order_count)::bigint as order_count,
        sum(home_store_orders)::bigint as home_store_orders,
        sum(units_bought)::bigint as units_bought,
        sum(revenue) as lifetime_revenue,
        sum(discount_amount) as discount_amount,
        min(first_order_on) as first_order_on,
        max(last_order_on) as last_order_on
    from {{ ref('int_customer_months') }}
    group by customer_id

),

recent as (

    select
        customer_id,
        order_count
    from {{ ref('int_customer_months') }}
    where sale_month > {{ month_of(clock_day() ~ ' - 90') }}
    union all
    select
        customer_id,
        order_count
    from {{ ref('int_customer_days') }}
    where
        sale_date > {{ clock_day() }} - 90
        and sale_date < {{ month_of(clock_day() ~ ' - 90') }} + interval '1 month'

),

recent_orders as (

    select
        customer_id,
        sum(order_count)::bigint as order_count
    from recent
    group by customer_id

)

-- What a purchase is worth leaves out the first day, as models of repeat purchases do.
select
    orders.*,
    world.clock_day - orders.first_order_on as age_days,
    world.clock_day - orders.last_order_on as days_since_last_order,
    coalesce(recent_orders.order_count, 0) as orders_last_90_days,
    first_months.first_day_revenue,
    coalesce(refunds.refund_amount, 0.00) as refund_amount
from orders
cross join world
inner join {{ ref('int_customer_months') }} as first_months
    on orders.customer_id = first_months.customer_id and orders.first_order_on = first_months.first_order_on
left join recent_orders on orders.customer_id = recent_orders.customer_id
left join refunds on orders.customer_id = refunds.customer_id
