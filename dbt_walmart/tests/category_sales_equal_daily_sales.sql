-- Category sales of each day, store and channel add up to the receipts' own totals, to the cent.
with daily_sales as (

    select
        sale_date,
        store_id,
        channel,
        sum(units_sold) as units_sold,
        sum(revenue) as revenue,
        sum(discount_amount) as discount_amount
    from {{ ref('int_daily_sales') }}
    group by sale_date, store_id, channel

),

summed as (

    select
        sale_date,
        store_id,
        channel,
        sum(units_sold) as units_sold,
        sum(revenue) as revenue,
        sum(discount_amount) as discount_amount
    from {{ ref('daily_sales_by_category') }}
    group by sale_date, store_id, channel

)

select
    coalesce(daily_sales.sale_date, summed.sale_date) as sale_date,
    coalesce(daily_sales.store_id, summed.store_id) as store_id,
    coalesce(daily_sales.channel, summed.channel) as channel,
    daily_sales.revenue as daily_revenue,
    summed.revenue as category_revenue
from daily_sales
full outer join summed
    on
        daily_sales.sale_date = summed.sale_date
        and daily_sales.store_id = summed.store_id
        and daily_sales.channel = summed.channel
where
    (
        daily_sales.units_sold = summed.units_sold
        and daily_sales.revenue = summed.revenue
        and daily_sales.discount_amount = summed.discount_amount
    ) is not true
