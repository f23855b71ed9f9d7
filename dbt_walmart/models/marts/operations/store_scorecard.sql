{{ config(indexes=[{'columns': ['store_id'], 'unique': true}]) }}

-- The last 28 complete days, beside the 28 before them.
with world as (

    select * from {{ ref('stg_world') }}

),

sales as (

    select
        sales.store_id,
        sum(sales.revenue) filter (where sales.sale_date > world.last_complete_day - 28) as revenue,
        sum(sales.revenue) filter (where sales.sale_date <= world.last_complete_day - 28) as previous_revenue,
        sum(sales.transaction_count) filter (where sales.sale_date > world.last_complete_day - 28) as order_count
    from {{ ref('daily_sales_by_store') }} as sales
    inner join world on sales.sale_date between world.last_complete_day - 55 and world.last_complete_day
    group by sales.store_id

),

margins as (

    select
        sales.store_id,
        sum(sales.gross_margin) as gross_margin
    from {{ ref('daily_sales_by_category') }} as sales
    inner join world on sales.sale_date between world.last_complete_day - 27 and world.last_complete_day
    group by sales.store_id

),

refunds as (

    select
        refunded.store_id,
        sum(refunded.refund_amount) as refund_amount
    from {{ ref('daily_returns') }} as refunded
    inner join world on refunded.return_date between world.last_complete_day - 27 and world.last_complete_day
    group by refunded.store_id

),

shrinkage as (

    select
        movements.store_id,
        sum(movements.units_shrunk)::bigint as units_shrunk
    from {{ ref('daily_inventory_movements') }} as movements
    inner join world on movements.stock_date between world.last_complete_day - 27 and world.last_complete_day
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
    coalesce(margins.gross_margin, 0.00) as gross_margin,
    round(margins.gross_margin / nullif(sales.revenue, 0), 6) as margin_rate,
    coalesce(refunds.refund_amount, 0.00) as refund_amount,
    coalesce(shrinkage.units_shrunk, 0) as units_shrunk,
    round(stock.out_of_stock_count::numeric / nullif(stock.product_count, 0), 6) as out_of_stock_rate,
    coalesce(stock.stock_value_at_cost, 0.00) as stock_value_at_cost,
    rank() over (order by coalesce(sales.revenue, 0) desc)::integer as revenue_rank
from {{ ref('stg_stores') }} as stores
left join sales on stores.store_id = sales.store_id
left join margins on stores.store_id = margins.store_id
left join refunds on stores.store_id = refunds.store_id
left join shrinkage on stores.store_id = shrinkage.store_id
left join {{ ref('int_store_stock') }} as stock on stores.store_id = stock.store_id
