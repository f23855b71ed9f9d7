{{ config(indexes=[{'columns': ['product_id'], 'unique': true}]) }}

with products as (

    select * from {{ ref('stg_products') }}

),

suppliers as (

    select * from {{ ref('stg_suppliers') }}

)

select
    products.product_id,
    products.sku,
    products.product_name,
    products.brand,
    products.department,
    products.category,
    products.subcategory,
    products.pack_size,
    products.is_private_label,
    products.is_perishable,
    products.supplier_id,
    suppliers.supplier_name,
    products.unit_cost,
    products.list_price,
    round((products.list_price - products.unit_cost) / nullif(products.list_price, 0), 4) as list_margin_rate,
    products.launched_on,
    products.discontinued_on,
    products.updated_at
from products
inner join suppliers on products.supplier_id = suppliers.supplier_id
