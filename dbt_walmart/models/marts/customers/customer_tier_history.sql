{{ config(indexes=[{'columns': ['customer_id', 'valid_from'], 'unique': true}]) }}

with tiers as (

    select * from {{ ref('customer_tiers') }}

)

select
    customer_id,
    loyalty_tier,
    dbt_valid_from as valid_from,
    dbt_valid_to as valid_to,
    dbt_valid_to is null as is_current,
    lag(loyalty_tier) over (partition by customer_id order by dbt_valid_from) as previous_tier
from tiers
