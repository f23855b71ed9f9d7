-- Every change where it applies: the chain's in all stores that list the product, unless the store changed it that day.
-- A product whose price a store never changed has one row without a change.
with changes as (

    select * from {{ ref('stg_price_changes') }}

),

listed as (

    select
        store_id,
        product_id,
        min(listed_from) as listed_from
    from {{ ref('stg_assortment') }}
    group by store_id, product_id

)

select distinct on (listed.store_id, listed.product_id, changes.effective_on)
    listed.store_id,
    listed.product_id,
    listed.listed_from,
    changes.price_change_id,
    changes.effective_on,
    changes.old_price,
    changes.new_price,
    changes.reason
from listed
left join changes
    on
        listed.product_id = changes.product_id
        and listed.store_id = coalesce(changes.store_id, listed.store_id)
order by
    listed.store_id asc,
    listed.product_id asc,
    changes.effective_on asc,
    changes.store_id asc nulls last,
    changes.price_change_id desc
