{{ config(
    materialized='incremental',
    unique_key='return_date',
    indexes=[{'columns': ['return_date', 'store_id', 'channel', 'category'], 'unique': true}],
    tags=['live'],
) }}

with returns as (

    select * from {{ ref('int_returns') }}
    where {{ in_window('return_date') }}

)

select
    return_date,
    store_id,
    channel,
    category,
    count(*) as return_count,
    sum(quantity)::bigint as units_returned,
    sum(refund_amount)::numeric(16, 2) as refund_amount
from returns
group by return_date, store_id, channel, category
