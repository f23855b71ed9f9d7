select
    return_id,
    transaction_id,
    line_number,
    store_id,
    product_id,
    reason,
    is_restocked,
    quantity,
    refund_amount,
    transaction_date,
    returned_on,
    returned_at
from {{ ref('base_returns') }}
where returned_at < {{ published_through('base_world') }}
