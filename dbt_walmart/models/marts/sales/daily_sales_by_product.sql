{{ config(materialized='view') }}

-- A view: the sums are there already, and what follows from them is worked out for the rows that are asked for.
select
    sale_date,
    store_id,
    product_id,
    department,
    category,
    line_count,
    units_sold,
    promotion_units,
    revenue,
    discount_amount,
    cost_of_goods,
    (revenue - cost_of_goods)::numeric(16, 2) as gross_margin,
    (revenue / units_sold)::numeric(16, 2) as average_unit_price
from {{ ref('int_product_sales') }}
