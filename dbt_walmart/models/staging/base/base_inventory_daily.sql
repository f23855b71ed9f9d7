select
    store_id,
    product_id,
    opening,
    received,
    sold,
    returned,
    shrink,
    closing,
    date as stock_date
from {{ source('raw', 'inventory_daily') }}
