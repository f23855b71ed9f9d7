-- The months of monthly_sales_by_category add up to the receipts' own totals, to the cent.
with daily_sales as (

    select
        {{ month_of('sale_date') }} as sale_month,
        sum(units_sold) as units_sold,
        sum(revenue) as revenue
    from {{ ref('int_daily_sales') }}
    group by {{ month_of('sale_date') }}

),

monthly_sales as (

    select
        sale_month,
        sum(units_sold) as units_sold,
        sum(revenue) as revenue
    from {{ ref('monthly_sales_by_category') }}
    group by sale_month

)

select
    coalesce(daily_sales.sale_month, monthly_sales.sale_month) as sale_month,
    daily_sales.revenue as daily_revenue,
    monthly_sales.revenue as monthly_revenue
from daily_sales
full outer join monthly_sales on daily_sales.sale_month = monthly_sales.sale_month
where
    (
        daily_sales.units_sold = monthly_sales.units_sold
        and daily_sales.revenue = monthly_sales.revenue
    ) is not true
