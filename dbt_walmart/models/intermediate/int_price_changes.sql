-- Every change where it applies: the chain's in all stores that list the product, unless the store changed it that day.
with changes as (

    select * from {{ ref('stg_price_changes') }}

),

listed as (

    select distinct
        store_id,
        product_id
    from {{ ref('stg_assortment') }}

)

select distinct on (listed.store_id, listed.product_id, changes.effective_on)
    listed.store_id,
    listed.product_id,
    changes.price_change_id,
    changes.effective_on,
    changes.old_price,
    changes.new_price,
    changes.reason
from listed
inner join changes
    on
        listed.product_id = changes.product_id
        and listed.store_id = coalesce(changes.store_id, listed.store_id)
order by
    listed.store_id asc,
    listed.product_id asc,
    changes.effective_on asc,
    changes.store_id asc nulls last,
    changes.price_change_id desc
