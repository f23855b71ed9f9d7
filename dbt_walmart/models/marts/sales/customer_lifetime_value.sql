{{ config(indexes=[{'columns': ['customer_id'], 'unique': true}]) }}

with customers as (

    select * from {{ ref('stg_customers') }}

),

orders as (

    select * from {{ ref('int_customer_orders') }}

),

valued as (

    select
        customers.customer_id,
        customers.home_store_id,
        customers.loyalty_tier,
        customers.joined_on,
        orders.first_order_on,
        orders.last_order_on,
        coalesce(orders.order_count, 0) as order_count,
        coalesce(orders.orders_last_90_days, 0) as orders_last_90_days,
        coalesce(orders.units_bought, 0) as units_bought,
        coalesce(orders.lifetime_revenue, 0.00) as lifetime_revenue,
        coalesce(orders.discount_amount, 0.00) as discount_amount,
        coalesce(orders.refund_amount, 0.00) as refund_amount,
        coalesce(orders.lifetime_revenue - orders.refund_amount, 0.00) as net_revenue,
        round(orders.lifetime_revenue / orders.order_count, 2) as average_order_value,
        round(orders.home_store_orders::numeric / orders.order_count, 4) as home_store_share,
        orders.days_since_last_order,
        coalesce(orders.order_days - 1, 0) as repeat_order_days,
        coalesce(orders.last_order_on - orders.first_order_on, 0) as recency_days,
        coalesce(orders.age_days, 0) as age_days,
        round(
            (orders.lifetime_revenue - orders.first_day_revenue) / nullif(orders.order_days - 1, 0), 2
        ) as repeat_order_value,
        round(
            (orders.last_order_on - orders.first_order_on)::numeric / nullif(orders.order_count - 1, 0), 2
        ) as days_between_orders,
        -- at least four weeks, so that a first purchase is not taken for a year's habit (assumption)
        greatest(orders.age_days, 28) as days_observed
    from customers
    left join orders on customers.customer_id = orders.customer_id

),

final as (

    select
        *,
        coalesce(round(net_revenue * 365 / days_observed, 2), 0.00) as annualised_revenue,
        ntile(10) over (order by net_revenue desc, customer_id asc) as value_decile,
        -- lapsing after twice the customer's own interval, lapsed after four times (assumption)
        case
            when order_count = 0 then 'never ordered'
            when days_since_last_order <= greatest(2 * coalesce(days_between_orders, 14), 14) then 'active'
            when days_since_last_order <= greatest(4 * coalesce(days_between_orders, 14), 28) then 'lapsing'
            else 'lapsed'
        end as activity_status
    from valued

)

select * from final
