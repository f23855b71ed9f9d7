select
    purchase_order_id,
    supplier_id,
    store_id,
    product_id,
    quantity,
    quantity_received,
    unit_cost,
    ordered_on,
    expected_on,
    received_on,
    received_on is null and expected_on < {{ clock_day('base_world') }} as is_overdue
from {{ ref('base_purchase_orders') }}
where ordered_on <= {{ last_started_day('base_world') }}
