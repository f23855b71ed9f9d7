{{ config(indexes=[{'columns': ['promotion_id'], 'unique': true}]) }}

with promotions as (

    select * from {{ ref('stg_promotions') }}

)

select
    promotion_id,
    promotion_kind,
    store_id,
    product_id,
    store_id is null as is_chain_wide,
    discount_pct,
    starts_on,
    ends_on,
    ends_on - starts_on + 1 as planned_days
from promotions
