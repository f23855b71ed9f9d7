select
    price_change_id,
    store_id,
    product_id,
    reason,
    old_price,
    new_price,
    effective_on
from {{ ref('base_price_changes') }}
where effective_on <= {{ last_started_day('base_world') }}
