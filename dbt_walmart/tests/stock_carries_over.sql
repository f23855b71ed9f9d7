-- A day opens with what the product's day before it closed with. The last month, where new rows are.
with movements as (

    select
        store_id,
        product_id,
        stock_date,
        opening,
        lag(closing) over (partition by store_id, product_id order by stock_date) as previous_closing
    from {{ ref('stg_inventory_daily') }}
    where stock_date >= {{ clock_day() }} - 31

)

select
    store_id,
    product_id,
    stock_date,
    opening,
    previous_closing
from movements
where opening != previous_closing
