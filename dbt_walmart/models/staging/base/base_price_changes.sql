select
    price_change_id,
    store_id,
    product_id,
    reason,
    old_price,
    new_price,
    effective_on
from {{ source('raw', 'price_changes') }}
