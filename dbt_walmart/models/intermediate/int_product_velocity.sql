{{ config(materialized='table') }}

-- The window ends with the last complete day: a day under way would pull the rate down.
with product_sales as (

    select * from {{ ref('int_product_sales') }}
    where
        sale_date > {{ last_complete_day() }} - {{ var('velocity_days', 28) }}
        and sale_date <= {{ last_complete_day() }}

),

final as (

    select
        store_id,
        product_id,
        sum(units_sold)::bigint as units_sold_28_days,
        coalesce(
            sum(units_sold) filter (where sale_date > {{ last_complete_day() }} - 7), 0
        )::bigint as units_sold_7_days,
        -- days without a sale have no row: they count as zero
        round(
            sqrt(
                greatest(
                    sum(units_sold * units_sold) - sum(units_sold) * sum(units_sold) / {{ var('velocity_days', 28) }}, 0
                ) / ({{ var('velocity_days', 28) }} - 1)
            ), 4
        ) as daily_deviation,
        max(sale_date) as last_sold_on
    from product_sales
    group by store_id, product_id

)

select * from final
