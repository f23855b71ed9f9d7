{{ config(indexes=[{'columns': ['store_id', 'product_id'], 'unique': true}]) }}

with measured as (

    select
        inventory.store_id,
        inventory.product_id,
        products.supplier_id,
        products.product_name,
        products.department,
        products.category,
        inventory.on_hand,
        inventory.on_order,
        inventory.on_hand + inventory.on_order as inventory_position,
        inventory.reorder_point,
        inventory.order_up_to,
        products.unit_cost,
        coalesce(velocity.units_sold_7_days, 0) as units_sold_7_days,
        coalesce(velocity.units_sold_28_days, 0) as units_sold_28_days,
        round(coalesce(velocity.units_sold_28_days, 0)::numeric / {{ var('velocity_days', 28) }}, 4) as daily_units,
        round(
            inventory.on_hand * {{ var('velocity_days', 28) }}::numeric / velocity.units_sold_28_days, 1
        ) as days_of_cover,
        round(coalesce(velocity.daily_deviation, 0), 4) as daily_deviation,
        coalesce(
            stock_days.out_of_stock_days, case when inventory.on_hand = 0 then {{ var('velocity_days', 28) }} else 0 end
        ) as out_of_stock_days,
        round(
            coalesce(velocity.units_sold_28_days, 0) * 365.0 / {{ var('velocity_days', 28) }}
            / nullif(coalesce(stock_days.average_on_hand, inventory.on_hand), 0), 2
        ) as turnover,
        inventory.on_hand * products.unit_cost as stock_value_at_cost,
        inventory.on_hand * products.list_price as stock_value_at_retail,
        velocity.last_sold_on,
        products.discontinued_on,
        inventory.updated_at
    from {{ ref('stg_inventory') }} as inventory
    inner join {{ ref('stg_products') }} as products on inventory.product_id = products.product_id
    left join
        {{ ref('int_product_velocity') }} as velocity
        on inventory.store_id = velocity.store_id and inventory.product_id = velocity.product_id
    left join {{ ref('int_stock_days') }} as stock_days
        on inventory.store_id = stock_days.store_id and inventory.product_id = stock_days.product_id

)

select
    *,
    case
        when on_hand = 0 then 'out of stock'
        when inventory_position <= reorder_point then 'below reorder point'
        when days_of_cover is null then 'no recent sales'
        when days_of_cover > {{ var('overstock_days', 60) }} then 'overstocked'
        else 'healthy'
    end as stock_status
from measured
