{{ config(materialized='view') }}

-- A view: spells are as many as movements, and are asked for one product at a time.
with movements as (

    select * from {{ ref('stg_inventory_daily') }}

)

select
    store_id,
    product_id,
    stock_date as valid_from,
    lead(stock_date) over series - 1 as valid_to,
    closing as on_hand,
    lead(stock_date) over series is null as is_current
from movements
window series as (partition by store_id, product_id order by stock_date)
