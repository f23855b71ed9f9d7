-- Every change of a price begins a spell where it applies, no spell begins otherwise, and spells join without a gap.
with spells as (

    select
        *,
        lag(price) over series as previous_price,
        lag(valid_to) over series as previous_valid_to
    from {{ ref('dim_prices') }}
    window series as (partition by store_id, product_id order by valid_from)

)

select
    coalesce(spells.store_id, changes.store_id) as store_id,
    coalesce(spells.product_id, changes.product_id) as product_id,
    coalesce(spells.valid_from, changes.effective_on) as valid_from,
    spells.price,
    changes.new_price
from spells
full outer join {{ ref('int_price_changes') }} as changes
    on
        spells.store_id = changes.store_id
        and spells.product_id = changes.product_id
        and spells.valid_from = changes.effective_on
where
    (spells.previous_price is not null or changes.new_price is not null)
    and (spells.price = changes.new_price and spells.previous_valid_to = spells.valid_from - 1) is not true
