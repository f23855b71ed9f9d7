select
    store_id,
    product_id,
    opening,
    received,
    sold,
    returned,
    shrink,
    closing,
    stock_date
from {{ ref('base_inventory_daily') }}
where stock_date <= {{ last_started_day('base_world') }}
