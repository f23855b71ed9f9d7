{{ config(indexes=[{'columns': ['store_id'], 'unique': true}]) }}

-- The last 28 complete days, beside the 28 before them.
with days as (

    select
        date_day,
        days_ago
    from {{ ref('dim_dates') }}
    where days_ago between 1 and 56

),

sales as (

    select
        receipts.store_id,
        sum(receipts.revenue) filter (where days.days_ago <= 28) as revenue,
        sum(receipts.revenue) filter (where days.days_ago > 28) as previous_revenue,
        count(*) filter (where days.days_ago <= 28) as order_count,
        sum(receipts.gross_margin) filter (where days.days_ago <= 28) as gross_margin
    from {{ ref('fct_sales') }} as receipts
    inner join days on receipts.sale_date = days.date_day
    where receipts.sale_date >= (select min(earliest.date_day) from days as earliest)
    group by receipts.store_id

),

refunds as (

    select
        refunded.store_id,
        sum(refunded.refund_amount) as refund_amount
    from {{ ref('daily_returns') }} as refunded
    inner join days on refunded.return_date = days.date_day and days.days_ago <= 28
    group by refunded.store_id

),

shrinkage as (

    select
        movements.store_id,
        sum(movements.units_shrunk)::bigint as units_shrunk
    from {{ ref('daily_inventory_movements') }} as movements
    inner join days on movements.stock_date = days.date_day and days.days_ago <= 28
    group by movements.store_id

)

select
    stores.store_id,
    stores.store_name,
    coalesce(sales.revenue, 0.00) as revenue,
    coalesce(sales.previous_revenue, 0.00) as previous_revenue,
    round(sales.revenue / nullif(sales.previous_revenue, 0) - 1, 6) as revenue_growth,
    coalesce(sales.order_count, 0)::bigint as order_count,
    round(sales.revenue / nullif(sales.order_count, 0), 2) as average_basket,
    coalesce(sales.gross_margin, 0.00) as gross_margin,
    round(sales.gross_margin / nullif(sales.revenue, 0), 6) as margin_rate,
    coalesce(refunds.refund_amount, 0.00) as refund_amount,
    coalesce(shrinkage.units_shrunk, 0) as units_shrunk,
    round(stock.out_of_stock_count::numeric / nullif(stock.product_count, 0), 6) as out_of_stock_rate,
    coalesce(stock.stock_value_at_cost, 0.00) as stock_value_at_cost,
    rank() over (order by coalesce(sales.revenue, 0) desc)::integer as revenue_rank
from {{ ref('dim_stores') }} as stores
left join sales on stores.store_id = sales.store_id
left join refunds on stores.store_id = refunds.store_id
left join shrinkage on stores.store_id = shrinkage.store_id
left join {{ ref('int_store_stock') }} as stock on stores.store_id = stock.store_id
