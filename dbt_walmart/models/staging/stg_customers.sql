select
    customer_id,
    home_store_id,
    first_name,
    last_name,
    email,
    gender,
    city,
    state,
    postal_code,
    loyalty_tier,
    birth_date,
    joined_on
from {{ source('raw', 'customers') }}
