{{ config(indexes=[{'columns': ['return_month', 'category', 'reason'], 'unique': true}]) }}

with returns as (

    select
        {{ month_of('return_date') }} as return_month,
        category,
        reason,
        count(*) as return_count,
        sum(quantity)::bigint as units_returned,
        coalesce(sum(quantity) filter (where is_restocked), 0)::bigint as units_restocked,
        sum(refund_amount) as refund_amount,
        round(avg(return_date - sale_date), 2) as average_days_to_return
    from {{ ref('int_returns') }}
    group by {{ month_of('return_date') }}, category, reason

),

sales as (

    select * from {{ ref('monthly_sales_by_category') }}

)

select
    returns.*,
    round(returns.refund_amount / nullif(sales.revenue, 0), 6) as refund_rate,
    round(returns.units_returned::numeric / nullif(sales.units_sold, 0), 6) as unit_return_rate
from returns
left join sales on returns.return_month = sales.sale_month and returns.category = sales.category
