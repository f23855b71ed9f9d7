{{ config(indexes=[{'columns': ['store_id', 'product_id', 'valid_from'], 'unique': true}]) }}

with changes as (

    select * from {{ ref('int_price_changes') }}

),

products as (

    select * from {{ ref('stg_products') }}

),

first_changes as (

    select distinct on (store_id, product_id) *
    from changes
    order by store_id asc, product_id asc, effective_on asc

),

-- Before the first change: what that changed; without any, today's.
spells as (

    select
        first_changes.store_id,
        first_changes.product_id,
        least(first_changes.listed_from, first_changes.effective_on - 1) as valid_from,
        coalesce(first_changes.old_price, products.list_price) as price,
        'first price' as reason,
        null::bigint as price_change_id
    from first_changes
    inner join products on first_changes.product_id = products.product_id
    union all
    select
        store_id,
        product_id,
        effective_on as valid_from,
        new_price as price,
        reason,
        price_change_id
    from changes
    where price_change_id is not null

)

select
    *,
    lead(valid_from) over series - 1 as valid_to,
    lead(valid_from) over series is null as is_current
from spells
window series as (partition by store_id, product_id order by valid_from)
