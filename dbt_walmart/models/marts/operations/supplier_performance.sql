{{ config(indexes=[{'columns': ['supplier_id'], 'unique': true}]) }}

with suppliers as (

    select * from {{ ref('dim_suppliers') }}

),

deliveries as (

    select * from {{ ref('int_supplier_deliveries') }}

)

select
    suppliers.supplier_id,
    suppliers.supplier_name,
    suppliers.lead_time_days,
    coalesce(deliveries.order_count, 0) as order_count,
    coalesce(deliveries.received_count, 0) as received_count,
    coalesce(deliveries.overdue_count, 0) as overdue_count,
    coalesce(deliveries.units_ordered, 0) as units_ordered,
    coalesce(deliveries.units_received, 0) as units_received,
    coalesce(deliveries.received_cost, 0.00) as received_cost,
    round(deliveries.on_time_count::numeric / nullif(deliveries.received_count, 0), 4) as on_time_rate,
    round(deliveries.units_received::numeric / nullif(deliveries.units_ordered, 0), 4) as fill_rate,
    deliveries.lead_time_mean,
    deliveries.lead_time_deviation,
    deliveries.lead_time_longest
from suppliers
left join deliveries on suppliers.supplier_id = deliveries.supplier_id
