select
    transaction_id,
    line_number,
    store_id,
    product_id,
    promotion_id,
    quantity,
    list_price,
    unit_price,
    transaction_date
from {{ source('raw', 'transaction_items') }}
