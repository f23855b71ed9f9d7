select
    product_id,
    supplier_id,
    sku,
    name as product_name,
    brand,
    department,
    category,
    subcategory,
    pack_size,
    private_label as is_private_label,
    perishable as is_perishable,
    unit_cost,
    list_price,
    launched_on,
    discontinued_on,
    updated_at
from {{ source('raw', 'products') }}
