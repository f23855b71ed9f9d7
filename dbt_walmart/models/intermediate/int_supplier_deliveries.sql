{{ config(materialized='table') }}

with purchase_orders as (

    select * from {{ ref('stg_purchase_orders') }}

),

dated as (

    select
        *,
        received_on - ordered_on as lead_days,
        received_on is not null as is_received,
        received_on <= expected_on as is_on_time
    from purchase_orders

)

select
    supplier_id,
    count(*) as order_count,
    count(*) filter (where is_received) as received_count,
    count(*) filter (where is_on_time) as on_time_count,
    count(*) filter (where is_overdue) as overdue_count,
    coalesce(sum(quantity) filter (where is_received), 0)::bigint as units_ordered,
    coalesce(sum(quantity_received), 0)::bigint as units_received,
    coalesce(sum(quantity_received * unit_cost), 0.00)::numeric(16, 2) as received_cost,
    round(avg(lead_days), 4) as lead_time_mean,
    round(stddev_samp(lead_days), 4) as lead_time_deviation,
    max(lead_days) as lead_time_longest
from dated
group by supplier_id
