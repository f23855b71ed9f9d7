{{ config(materialized='view') }}

-- A view: the lines are there already, in the order in which categories are read.
select
    sale_date,
    transaction_id,
    line_number,
    store_id,
    product_id,
    promotion_id,
    customer_id,
    channel,
    quantity,
    list_price,
    unit_price,
    revenue,
    discount_amount,
    cost_of_goods
from {{ ref('int_sales_lines') }}
