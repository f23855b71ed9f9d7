-- A day's key figures are what its receipts, lines and returns say, to the cent.
with receipts as (

    select
        sale_date,
        count(*) as order_count,
        count(customer_id) as member_order_count,
        count(distinct customer_id) as member_count,
        sum(units_sold) as units_sold,
        sum(revenue) as revenue,
        sum(discount_amount) as discount_amount,
        sum(tax_amount) as tax_amount,
        sum(gross_margin) as gross_margin
    from {{ ref('fct_sales') }}
    group by sale_date

),

returns as (

    select
        returned_on,
        sum(refund_amount) as refund_amount
    from {{ ref('stg_returns') }}
    group by returned_on

)

select
    kpi.sale_date,
    receipts.sale_date as receipts_date,
    kpi.revenue,
    receipts.revenue as receipts_revenue
from {{ ref('kpi_daily') }} as kpi
full outer join receipts on kpi.sale_date = receipts.sale_date
left join returns on kpi.sale_date = returns.returned_on
where
    (
        kpi.order_count = coalesce(receipts.order_count, 0)
        and kpi.member_order_count = coalesce(receipts.member_order_count, 0)
        and kpi.member_count = coalesce(receipts.member_count, 0)
        and kpi.units_sold = coalesce(receipts.units_sold, 0)
        and kpi.revenue = coalesce(receipts.revenue, 0)
        and kpi.discount_amount = coalesce(receipts.discount_amount, 0)
        and kpi.tax_amount = coalesce(receipts.tax_amount, 0)
        and kpi.gross_margin = coalesce(receipts.gross_margin, 0)
        and kpi.refund_amount = coalesce(returns.refund_amount, 0)
    ) is not true
