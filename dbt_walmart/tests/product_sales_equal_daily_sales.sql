-- Product sales of each day and store add up to the receipts' own totals, to the cent.
with daily_sales as (

    select
        sale_date,
        store_id,
        sum(units_sold) as units_sold,
        sum(revenue) as revenue,
        sum(discount_amount) as discount_amount
    from {{ ref('int_daily_sales') }}
    group by sale_date, store_id

),

summed as (

    select
        sale_date,
        store_id,
        sum(units_sold) as units_sold,
        sum(revenue) as revenue,
        sum(discount_amount) as discount_amount
    from {{ ref('daily_sales_by_product') }}
    group by sale_date, store_id

)

select
    coalesce(daily_sales.sale_date, summed.sale_date) as sale_date,
    coalesce(daily_sales.store_id, summed.store_id) as store_id,
    daily_sales.revenue as daily_revenue,
    summed.revenue as product_revenue
from daily_sales
full outer join summed
    on
        daily_sales.sale_date = summed.sale_date
        and daily_sales.store_id = summed.store_id
where
    (
        daily_sales.units_sold = summed.units_sold
        and daily_sales.revenue = summed.revenue
        and daily_sales.discount_amount = summed.discount_amount
    ) is not true
