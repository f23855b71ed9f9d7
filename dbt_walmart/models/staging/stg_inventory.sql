select
    store_id,
    product_id,
    on_hand,
    on_order,
    reorder_point,
    order_up_to,
    updated_at
from {{ source('raw', 'inventory') }}
