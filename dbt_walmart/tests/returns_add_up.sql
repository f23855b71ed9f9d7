-- Returns by month and by day are those of the operational table, to the cent.
with counted as (

    select
        {{ month_of('returned_on') }} as return_month,
        count(*) as return_count,
        sum(quantity) as units_returned,
        sum(refund_amount) as refund_amount
    from {{ ref('stg_returns') }}
    group by {{ month_of('returned_on') }}

),

analysed as (

    select
        return_month,
        sum(return_count) as return_count,
        sum(units_returned) as units_returned,
        sum(refund_amount) as refund_amount
    from {{ ref('returns_analysis') }}
    group by return_month

),

daily as (

    select
        {{ month_of('return_date') }} as return_month,
        sum(return_count) as return_count,
        sum(units_returned) as units_returned,
        sum(refund_amount) as refund_amount
    from {{ ref('daily_returns') }}
    group by {{ month_of('return_date') }}

)

select
    coalesce(counted.return_month, analysed.return_month, daily.return_month) as return_month,
    counted.refund_amount,
    analysed.refund_amount as analysed_refund_amount,
    daily.refund_amount as daily_refund_amount
from counted
full outer join analysed on counted.return_month = analysed.return_month
full outer join daily on coalesce(counted.return_month, analysed.return_month) = daily.return_month
where
    (counted.return_count, counted.units_returned, counted.refund_amount)
    is distinct from (analysed.return_count, analysed.units_returned, analysed.refund_amount)
    or (counted.return_count, counted.units_returned, counted.refund_amount)
    is distinct from (daily.return_count, daily.units_returned, daily.refund_amount)
