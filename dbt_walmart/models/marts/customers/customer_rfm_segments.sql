{{ config(indexes=[{'columns': ['customer_id'], 'unique': true}]) }}

with customers as (

    select * from {{ ref('customer_lifetime_value') }}
    where order_count > 0

),

scored as (

    select
        customer_id,
        days_since_last_order,
        order_count,
        net_revenue,
        ntile(5) over (order by days_since_last_order desc, customer_id asc) as recency_score,
        ntile(5) over (order by order_count asc, customer_id asc) as frequency_score,
        ntile(5) over (order by net_revenue asc, customer_id asc) as value_score
    from customers

)

select
    *,
    case
        when recency_score >= 4 and frequency_score >= 4 and value_score >= 4 then 'champions'
        when recency_score >= 3 and frequency_score >= 3 then 'loyal'
        when recency_score >= 4 then 'promising'
        when recency_score <= 2 and frequency_score >= 4 then 'at risk'
        when recency_score <= 2 and frequency_score <= 2 then 'dormant'
        else 'needs attention'
    end as segment
from scored
