with inventory as (

    select * from {{ ref('stg_inventory') }}

),

products as (

    select * from {{ ref('stg_products') }}

)

select
    inventory.store_id,
    count(*) as product_count,
    count(*) filter (where inventory.on_hand = 0) as out_of_stock_count,
    sum(inventory.on_hand * products.unit_cost) as stock_value_at_cost
from inventory
inner join products on inventory.product_id = products.product_id
where products.discontinued_on is null
group by inventory.store_id
