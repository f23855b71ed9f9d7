{{ config(materialized='table') }}

-- The days of the velocity window by what they ended with. A day without a movement is like the one before it.
with movements as (

    select * from {{ ref('stg_inventory_daily') }}
    where
        stock_date > {{ last_complete_day() }} - {{ var('velocity_days', 28) }}
        and stock_date <= {{ last_complete_day() }}

),

-- A row says how a day opened and closed: the one holds back to the window's start, the other on to the next row.
spells as (

    select
        store_id,
        product_id,
        opening,
        closing,
        case
            when lag(stock_date) over series is null
                then stock_date - 1 - {{ last_complete_day() }} + {{ var('velocity_days', 28) }}
            else 0
        end as days_before,
        coalesce(lead(stock_date) over series, {{ last_complete_day() }} + 1) - stock_date as days_after
    from movements
    window series as (partition by store_id, product_id order by stock_date)

)

select
    store_id,
    product_id,
    (
        coalesce(sum(days_before) filter (where opening = 0), 0)
        + coalesce(sum(days_after) filter (where closing = 0), 0)
    )::integer as out_of_stock_days,
    round(
        sum(opening * days_before + closing * days_after)::numeric / {{ var('velocity_days', 28) }}, 4
    ) as average_on_hand
from spells
group by store_id, product_id
