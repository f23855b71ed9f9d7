select
    supplier_id,
    name as supplier_name,
    city,
    state,
    lead_time_days
from {{ source('raw', 'suppliers') }}
