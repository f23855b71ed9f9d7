-- The days of the velocity window by what they ended with. A day without a movement is like the one before it.
with movements as (

    select * from {{ ref('stg_inventory_daily') }}
    where
        stock_date > {{ last_complete_day() }} - {{ var('velocity_days', 28) }}
        and stock_date <= {{ last_complete_day() }}

),

ordered as (

    select
        *,
        lag(stock_date) over series is null as is_first,
        coalesce(lead(stock_date) over series, {{ last_complete_day() }} + 1) as next_date
    from movements
    window series as (partition by store_id, product_id order by stock_date)

),

spells as (

    select
        store_id,
        product_id,
        closing as on_hand,
        next_date - stock_date as day_count
    from ordered
    union all
    select
        store_id,
        product_id,
        opening as on_hand,
        stock_date - 1 - {{ last_complete_day() }} + {{ var('velocity_days', 28) }} as day_count
    from ordered
    where is_first

)

select
    store_id,
    product_id,
    coalesce(sum(day_count) filter (where on_hand = 0), 0)::integer as out_of_stock_days,
    round(sum(on_hand * day_count)::numeric / {{ var('velocity_days', 28) }}, 4) as average_on_hand
from spells
group by store_id, product_id
