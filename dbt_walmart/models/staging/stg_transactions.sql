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
from {{ ref('base_transactions') }}
where transaction_timestamp < {{ published_through('base_world') }}
