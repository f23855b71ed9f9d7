-- The open rows of the price snapshot are the catalogue as the snapshot saw it: a product that is there has one.
select
    products.product_id,
    products.list_price,
    history.list_price as history_price
from {{ ref('stg_products') }} as products
left join {{ ref('product_price_history') }} as history
    on products.product_id = history.product_id and history.dbt_valid_to is null
where
    history.updated_at >= products.updated_at
    and (history.list_price = products.list_price and history.unit_cost = products.unit_cost) is not true
