{{ config(
    materialized='incremental',
    unique_key='stock_date',
    indexes=[{'columns': ['stock_date', 'store_id'], 'unique': true}],
) }}

with inventory_daily as (

    select * from {{ ref('stg_inventory_daily') }}
    where {{ in_window('stock_date') }}

),

final as (

    select
        stock_date,
        store_id,
        sum(received)::bigint as units_received,
        sum(sold)::bigint as units_sold,
        sum(returned)::bigint as units_returned,
        sum(shrink)::bigint as units_shrunk,
        count(*) as products_moved,
        count(*) filter (where closing = 0) as products_run_out
    from inventory_daily
    group by stock_date, store_id

)

select * from final
