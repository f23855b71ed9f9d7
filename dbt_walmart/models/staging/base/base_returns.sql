select
    return_id,
    transaction_id,
    line_number,
    store_id,
    product_id,
    reason,
    restocked as is_restocked,
    quantity,
    refund_amount,
    transaction_date,
    returned_on,
    returned_at
from {{ source('raw', 'returns') }}
