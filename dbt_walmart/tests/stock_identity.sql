-- Stock neither appears nor vanishes: what a day starts with and what moves gives what it ends with.
select
    stock_date,
    store_id,
    product_id,
    opening,
    received,
    sold,
    returned,
    shrink,
    closing
from {{ ref('stg_inventory_daily') }}
where closing != opening + received + returned - sold - shrink
