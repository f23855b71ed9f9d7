select
    transaction_id,
    customer_id,
    store_id,
    channel,
    payment_method,
    item_count,
    discount_amount,
    tax_amount,
    total_amount,
    transaction_date,
    transaction_timestamp
from {{ source('raw', 'transactions') }}
