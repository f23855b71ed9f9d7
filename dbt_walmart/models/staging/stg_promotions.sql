select
    promotion_id,
    store_id,
    product_id,
    kind as promotion_kind,
    discount_pct,
    starts_on,
    ends_on
from {{ source('raw', 'promotions') }}
