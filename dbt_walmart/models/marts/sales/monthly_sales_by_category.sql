{{ config(
    materialized='incremental',
    unique_key='sale_month',
    indexes=[{'columns': ['sale_month', 'category'], 'unique': true}],
) }}

with category_sales as (

    select * from {{ ref('daily_sales_by_category') }}
    where sale_date >= {{ window_start() }} - interval '1 month'  -- changes are from the month before

),

category_customers as (

    select * from {{ ref('int_category_customers') }}

),

-- A transaction has one day, store and channel, so its daily counts add up without counting it twice.
by_month as (

    select
        {{ month_of('sale_date') }} as sale_month,
        category,
        sum(transaction_count)::bigint as order_count,
        sum(units_sold)::bigint as units_sold,
        sum(revenue)::numeric(16, 2) as revenue,
        sum(discount_amount)::numeric(16, 2) as discount_amount,
        sum(gross_margin)::numeric(16, 2) as gross_margin
    from category_sales
    group by {{ month_of('sale_date') }}, category

),

final as (

    select
        by_month.sale_month,
        by_month.category,
        by_month.order_count,
        coalesce(category_customers.customer_count, 0) as customer_count,
        by_month.units_sold,
        by_month.revenue,
        by_month.discount_amount,
        by_month.gross_margin,
        (
            by_month.revenue / nullif(sum(by_month.revenue) over (partition by by_month.sale_month), 0)
        )::numeric(8, 6) as revenue_share,
        (
            by_month.revenue
            - sum(by_month.revenue) over (
                partition by by_month.category order by by_month.sale_month
                range between interval '1 month' preceding and interval '1 month' preceding
            )
        )::numeric(16, 2) as revenue_change
    from by_month
    left join category_customers
        on by_month.sale_month = category_customers.sale_month and by_month.category = category_customers.category

)

select * from final
where {{ in_window('sale_month') }}
