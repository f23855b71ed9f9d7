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
    received_on
from {{ source('raw', 'purchase_orders') }}
