{{ config(
    materialized='incremental',
    unique_key='window_days',
    incremental_strategy='delete+insert',
    indexes=[{'columns': ['product_id', 'other_product_id'], 'unique': true}],
) }}

-- Counted when a week has ended and its look-back has passed; all pairs are then replaced.
with lines as (

    select distinct
        transaction_id,
        product_id
    from {{ ref('fct_sales_lines') }}
    where
        sale_date > {{ last_settled_week() }} - {{ var('affinity_days', 91) }}
        and sale_date <= {{ last_settled_week() }}
        and {{ has_advanced('measured_through', last_settled_week()) }}

),

receipts as (

    select count(distinct transaction_id) as receipt_count from lines

),

single as (

    select
        product_id,
        count(*) as receipt_count
    from lines
    group by product_id

),

pairs as (

    select
        one.product_id,
        companion.product_id as other_product_id,
        count(*) as receipts_with_both
    from lines as one
    inner join lines as companion
        on one.transaction_id = companion.transaction_id and one.product_id < companion.product_id
    group by one.product_id, companion.product_id
    having count(*) >= {{ var('affinity_receipts', 5) }}

)

select
    pairs.product_id,
    pairs.other_product_id,
    {{ var('affinity_days', 91) }} as window_days,
    {{ last_settled_week() }} as measured_through,
    pairs.receipts_with_both,
    (pairs.receipts_with_both::numeric / receipts.receipt_count)::numeric(16, 6) as support,  -- noqa: RF04
    (pairs.receipts_with_both::numeric / one.receipt_count)::numeric(16, 6) as confidence,
    (pairs.receipts_with_both::numeric / companion.receipt_count)::numeric(16, 6) as reverse_confidence,
    (
        pairs.receipts_with_both::numeric * receipts.receipt_count / (one.receipt_count * companion.receipt_count)
    )::numeric(16, 6) as lift
from pairs
cross join receipts
inner join single as one on pairs.product_id = one.product_id
inner join single as companion on pairs.other_product_id = companion.product_id
