{{ config(indexes=[{'columns': ['store_id', 'product_id'], 'unique': true}]) }}

-- Ordered by the store's own rule: at or below the reorder point, up to the order-up-to level.
with candidates as (

    select
        levels.*,
        suppliers.supplier_name,
        suppliers.lead_time_days,
        world.clock_day,
        coalesce(deliveries.lead_time_mean, suppliers.lead_time_days) as lead_time_mean,
        coalesce(deliveries.lead_time_deviation, 0) as lead_time_deviation,
        levels.order_up_to - levels.inventory_position as recommended_quantity,
        round(levels.daily_units * suppliers.lead_time_days, 2) as lead_time_demand
    from {{ ref('product_inventory_levels') }} as levels
    inner join {{ ref('dim_suppliers') }} as suppliers on levels.supplier_id = suppliers.supplier_id
    left join {{ ref('int_supplier_deliveries') }} as deliveries on levels.supplier_id = deliveries.supplier_id
    cross join {{ ref('stg_world') }} as world
    where
        levels.inventory_position <= levels.reorder_point
        and levels.order_up_to > levels.inventory_position
        and (levels.discontinued_on is null or levels.discontinued_on > world.clock_day)

),

-- Stock against chance: demand and lead time both vary over the time in which a delivery is awaited.
guarded as (

    select
        *,
        round(
            {{ var('service_factor', 1.645) }} * sqrt(
                lead_time_mean * daily_deviation * daily_deviation
                + daily_units * daily_units * lead_time_deviation * lead_time_deviation
            ), 2
        ) as safety_stock
    from candidates

)

select
    store_id,
    product_id,
    supplier_id,
    product_name,
    category,
    supplier_name,
    lead_time_days,
    on_hand,
    on_order,
    reorder_point,
    order_up_to,
    daily_units,
    daily_deviation,
    days_of_cover,
    lead_time_mean,
    lead_time_deviation,
    {{ var('service_level', 0.95) }} as service_level,
    safety_stock,
    ceil(daily_units * lead_time_mean + safety_stock)::integer as target_reorder_point,
    ceil(daily_units * (lead_time_mean + {{ var('cover_days', 7) }}) + safety_stock)::integer as target_order_up_to,
    greatest(
        ceil(daily_units * (lead_time_mean + {{ var('cover_days', 7) }}) + safety_stock)::integer
        - inventory_position, 0
    ) as suggested_quantity,
    case
        when daily_units > 0
            then
                clock_day + greatest(
                    floor((inventory_position - safety_stock) / daily_units - lead_time_mean), 0
                )::integer
    end as order_by,
    recommended_quantity,
    recommended_quantity * unit_cost as recommended_cost,
    round(greatest(lead_time_demand - inventory_position, 0), 2) as expected_lost_units,
    clock_day + floor(days_of_cover)::integer as stockout_on,
    case
        when on_hand = 0 and daily_units > 0 then 'critical'
        when on_hand < lead_time_demand then 'high'
        else 'normal'
    end as urgency
from guarded
