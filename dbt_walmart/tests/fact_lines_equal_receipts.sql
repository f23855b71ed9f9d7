-- The lines of a day and store add up to its receipts, and both to the operational tables: rows, units, dollars.
with lines as (

    select
        sale_date,
        store_id,
        count(*) as line_count,
        sum(quantity) as units_sold,
        sum(revenue) as revenue,
        sum(discount_amount) as discount_amount,
        sum(cost_of_goods) as cost_of_goods
    from {{ ref('fct_sales_lines') }}
    group by sale_date, store_id

),

receipts as (

    select
        sale_date,
        store_id,
        count(*) as receipt_count,
        sum(line_count) as line_count,
        sum(units_sold) as units_sold,
        sum(revenue) as revenue,
        sum(discount_amount) as discount_amount,
        sum(cost_of_goods) as cost_of_goods
    from {{ ref('fct_sales') }}
    group by sale_date, store_id

),

sources as (

    select
        sale_date,
        store_id,
        sum(transaction_count) as receipt_count,
        sum(revenue) as revenue
    from {{ ref('int_daily_sales') }}
    group by sale_date, store_id

)

select
    coalesce(lines.sale_date, receipts.sale_date, sources.sale_date) as sale_date,
    coalesce(lines.store_id, receipts.store_id, sources.store_id) as store_id,
    lines.revenue as lines_revenue,
    receipts.revenue as receipts_revenue,
    sources.revenue as source_revenue
from lines
full outer join receipts on lines.sale_date = receipts.sale_date and lines.store_id = receipts.store_id
full outer join sources on receipts.sale_date = sources.sale_date and receipts.store_id = sources.store_id
where
    (
        lines.line_count = receipts.line_count
        and lines.units_sold = receipts.units_sold
        and lines.revenue = receipts.revenue
        and lines.discount_amount = receipts.discount_amount
        and lines.cost_of_goods = receipts.cost_of_goods
        and receipts.receipt_count = sources.receipt_count
        and receipts.revenue = sources.revenue
    ) is not true
