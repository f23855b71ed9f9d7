{{ config(indexes=[{'columns': ['cohort_month', 'months_since'], 'unique': true}]) }}

with firsts as (

    select
        customer_id,
        {{ month_of('first_order_on') }} as cohort_month
    from {{ ref('int_customer_orders') }}

),

cohorts as (

    select
        cohort_month,
        count(*) as member_count
    from firsts
    group by cohort_month

),

active as (

    select
        firsts.cohort_month,
        customer_months.sale_month,
        count(*) as active_members,
        sum(customer_months.order_count)::bigint as order_count,
        sum(customer_months.revenue) as revenue
    from {{ ref('int_customer_months') }} as customer_months
    inner join firsts on customer_months.customer_id = firsts.customer_id
    group by firsts.cohort_month, customer_months.sale_month

),

months as (

    select distinct sale_month from active

)

select
    cohorts.cohort_month,
    months.sale_month,
    (
        extract(year from age(months.sale_month, cohorts.cohort_month)) * 12
        + extract(month from age(months.sale_month, cohorts.cohort_month))
    )::integer as months_since,
    cohorts.member_count,
    coalesce(active.active_members, 0) as active_members,
    round(coalesce(active.active_members, 0)::numeric / cohorts.member_count, 6) as retention_rate,
    coalesce(active.order_count, 0) as order_count,
    coalesce(active.revenue, 0.00) as revenue
from cohorts
inner join months on cohorts.cohort_month <= months.sale_month
left join active on cohorts.cohort_month = active.cohort_month and months.sale_month = active.sale_month
