{{ config(indexes=[{'columns': ['store_id', 'product_id'], 'unique': true}]) }}

with levels as (

    select * from {{ ref('product_inventory_levels') }}

),

suppliers as (

    select * from {{ ref('stg_suppliers') }}

),

world as (

    select * from {{ ref('stg_world') }}

),

-- Ordered by the store's own rule: at or below the reorder point, up to the order-up-to level.
candidates as (

    select
        levels.*,
        suppliers.supplier_name,
        suppliers.lead_time_days,
        world.clock_day,
        levels.order_up_to - levels.inventory_position as recommended_quantity,
        round(levels.daily_units * suppliers.lead_time_days, 2) as lead_time_demand
    from levels
    inner join suppliers on levels.supplier_id = suppliers.supplier_id
    cross join world
    where
        levels.inventory_position <= levels.reorder_point
        and levels.order_up_to > levels.inventory_position
        and (levels.discontinued_on is null or levels.discontinued_on > world.clock_day)

),

final as (

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
        days_of_cover,
        recommended_quantity,
        recommended_quantity * unit_cost as recommended_cost,
        round(greatest(lead_time_demand - inventory_position, 0), 2) as expected_lost_units,
        clock_day + floor(days_of_cover)::integer as stockout_on,
        case
            when on_hand = 0 and daily_units > 0 then 'critical'
            when on_hand < lead_time_demand then 'high'
            else 'normal'
        end as urgency
    from candidates

)

select * from final
