select
    store_id,
    product_id,
    listed_from,
    listed_to
from {{ source('raw', 'assortment') }}
