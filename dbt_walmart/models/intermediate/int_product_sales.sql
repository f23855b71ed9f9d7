{{ config(
    materialized='incremental',
    unique_key='sale_date',
    indexes=[
        {'columns': ['sale_date', 'store_id', 'product_id'], 'unique': true},
        {'columns': ['product_id', 'sale_date']},
    ],
    tags=['live'],
) }}

with lines as (

    select * from {{ ref('int_sales_lines') }}
    where {{ in_window('sale_date') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

-- Products are joined after the lines are summed: a fraction of the rows.
by_day as (

    select
        sale_date,
        category,
        product_id,
        store_id,
        count(*) as line_count,
        sum(quantity)::bigint as units_sold,
        coalesce(sum(quantity) filter (where promotion_id is not null), 0)::bigint as promotion_units,
        sum(revenue)::numeric(16, 2) as revenue,
        sum(discount_amount)::numeric(16, 2) as discount_amount,
        sum(cost_of_goods)::numeric(16, 2) as cost_of_goods
    from lines
    group by sale_date, category, product_id, store_id

)

select
    by_day.sale_date,
    by_day.store_id,
    by_day.product_id,
    products.department,
    by_day.category,
    by_day.line_count,
    by_day.units_sold,
    by_day.promotion_units,
    by_day.revenue,
    by_day.discount_amount,
    by_day.cost_of_goods
from by_day
inner join products on by_day.product_id = products.product_id
