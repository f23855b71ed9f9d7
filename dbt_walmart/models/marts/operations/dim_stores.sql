{{ config(indexes=[{'columns': ['store_id'], 'unique': true}]) }}

with stores as (

    select * from {{ ref('stg_stores') }}

),

listed as (

    select
        store_id,
        count(distinct product_id) as products_listed
    from {{ ref('stg_assortment') }}
    where listed_to is null
    group by store_id

)

select
    stores.store_id,
    stores.store_name,
    stores.store_format,
    stores.city,
    stores.state,
    stores.region,
    stores.latitude,
    stores.longitude,
    stores.time_zone,
    stores.opened_on,
    coalesce(listed.products_listed, 0) as products_listed
from stores
left join listed on stores.store_id = listed.store_id
