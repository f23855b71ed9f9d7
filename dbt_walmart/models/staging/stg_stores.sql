select
    store_id,
    name as store_name,
    format as store_format,
    city,
    state,
    region,
    latitude,
    longitude,
    time_zone,
    opened_on
from {{ source('raw', 'stores') }}
