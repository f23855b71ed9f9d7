-- Where only the chain has changed a price, today's is the catalogue's.
with own as (

    select distinct
        store_id,
        product_id
    from {{ ref('stg_price_changes') }}
    where store_id is not null

)

select
    prices.store_id,
    prices.product_id,
    prices.price,
    products.list_price
from {{ ref('dim_prices') }} as prices
inner join {{ ref('dim_products') }} as products on prices.product_id = products.product_id
left join own on prices.store_id = own.store_id and prices.product_id = own.product_id
where
    prices.is_current
    and own.product_id is null
    and prices.price != products.list_price
