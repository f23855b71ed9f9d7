{{ config(indexes=[{'columns': ['supplier_id'], 'unique': true}]) }}

with suppliers as (

    select * from {{ ref('stg_suppliers') }}

),

products as (

    select
        supplier_id,
        count(*) as product_count
    from {{ ref('stg_products') }}
    group by supplier_id

)

select
    suppliers.supplier_id,
    suppliers.supplier_name,
    suppliers.city,
    suppliers.state,
    suppliers.lead_time_days,
    coalesce(products.product_count, 0) as product_count
from suppliers
left join products on suppliers.supplier_id = products.supplier_id
