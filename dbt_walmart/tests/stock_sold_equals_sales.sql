-- Units that left the shelves are the units on the receipts, by complete day and store.
with movements as (

    select
        stock_date,
        store_id,
        units_sold
    from {{ ref('daily_inventory_movements') }}

),

sales as (

    select
        sale_date,
        store_id,
        sum(units_sold) as units_sold
    from {{ ref('int_daily_sales') }}
    where sale_date <= (select max(built.stock_date) from {{ ref('daily_inventory_movements') }} as built)
    group by sale_date, store_id

)

select
    coalesce(movements.stock_date, sales.sale_date) as stock_date,
    coalesce(movements.store_id, sales.store_id) as store_id,
    movements.units_sold as units_moved,
    sales.units_sold
from movements
full outer join sales on movements.stock_date = sales.sale_date and movements.store_id = sales.store_id
where coalesce(movements.units_sold, 0) != coalesce(sales.units_sold, 0)
