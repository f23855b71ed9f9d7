-- Cohorts split the members who have ordered, and what they have spent, without rest or overlap.
with cohorts as (

    select
        coalesce(sum(member_count) filter (where months_since = 0), 0) as member_count,
        coalesce(sum(order_count), 0) as order_count,
        coalesce(sum(revenue), 0) as revenue
    from {{ ref('customer_cohort_retention') }}

),

members as (

    select
        count(*) filter (where order_count > 0) as member_count,
        coalesce(sum(order_count), 0) as order_count,
        coalesce(sum(lifetime_revenue), 0) as revenue
    from {{ ref('customer_lifetime_value') }}

),

segments as (

    select count(*) as member_count from {{ ref('customer_rfm_segments') }}

)

select
    cohorts.revenue,
    members.revenue as members_revenue,
    cohorts.member_count,
    members.member_count as members_member_count,
    segments.member_count as segments_member_count
from cohorts
cross join members
cross join segments
where
    (cohorts.member_count, cohorts.order_count, cohorts.revenue)
    is distinct from (members.member_count, members.order_count, members.revenue)
    or segments.member_count != members.member_count
