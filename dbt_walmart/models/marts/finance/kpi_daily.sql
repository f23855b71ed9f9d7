{{ config(
    materialized='incremental',
    unique_key='sale_date',
    indexes=[{'columns': ['sale_date'], 'unique': true}],
) }}

with sales as (

    select
        sale_date,
        sum(transaction_count)::bigint as order_count,
        sum(member_transaction_count)::bigint as member_order_count,
        sum(units_sold)::bigint as units_sold,
        sum(revenue)::numeric(16, 2) as revenue,
        sum(discount_amount)::numeric(16, 2) as discount_amount,
        sum(tax_amount)::numeric(16, 2) as tax_amount
    from {{ ref('daily_sales_by_store') }}
    group by sale_date

),

costs as (

    select
        sale_date,
        sum(cost_of_goods) as cost_of_goods
    from {{ ref('daily_sales_by_category') }}
    where {{ in_window('sale_date') }}
    group by sale_date

),

members as (

    select
        sale_date,
        count(*) as member_count
    from {{ ref('int_customer_days') }}
    where {{ in_window('sale_date') }}
    group by sale_date

),

refunds as (

    select
        return_date,
        sum(refund_amount) as refund_amount
    from {{ ref('daily_returns') }}
    where {{ in_window('return_date') }}
    group by return_date

)

select
    sales.sale_date,
    sales.order_count,
    sales.member_order_count,
    coalesce(members.member_count, 0) as member_count,
    sales.units_sold,
    sales.revenue,
    week_before.revenue as revenue_week_before,
    (sales.revenue / nullif(sales.order_count, 0))::numeric(16, 2) as average_basket,
    sales.discount_amount,
    sales.tax_amount,
    coalesce(costs.cost_of_goods, 0)::numeric(16, 2) as cost_of_goods,
    (sales.revenue - coalesce(costs.cost_of_goods, 0))::numeric(16, 2) as gross_margin,
    coalesce(refunds.refund_amount, 0)::numeric(16, 2) as refund_amount,
    (sales.revenue - coalesce(refunds.refund_amount, 0))::numeric(16, 2) as net_revenue
from sales
left join sales as week_before on sales.sale_date = week_before.sale_date + 7
left join costs on sales.sale_date = costs.sale_date
left join members on sales.sale_date = members.sale_date
left join refunds on sales.sale_date = refunds.return_date
where {{ in_window('sales.sale_date') }}
