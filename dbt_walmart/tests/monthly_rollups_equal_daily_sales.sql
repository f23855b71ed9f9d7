-- The months that long periods are read by take in what their days do; months that are not settled are not in them.
with daily_sales as (

    select * from {{ ref('int_daily_sales') }}
    where {{ in_settled_month('sale_date') }}

),

expected as (

    select
        {{ month_of('sale_date') }} as sale_month,
        store_id,
        channel,
        sum(revenue) as revenue,
        sum(units_sold) as units_sold,
        sum(member_transaction_count) as member_transaction_count
    from daily_sales
    group by {{ month_of('sale_date') }}, store_id, channel

),

products as (

    select
        sale_month,
        store_id,
        channel,
        sum(revenue) as revenue,
        sum(units_sold) as units_sold
    from {{ ref('monthly_sales_by_product') }}
    group by sale_month, store_id, channel

),

hours as (

    select
        sale_month,
        store_id,
        channel,
        sum(revenue) as revenue,
        sum(units_sold) as units_sold
    from {{ ref('int_monthly_category_hours') }}
    group by sale_month, store_id, channel

),

members as (

    select
        sale_month,
        store_id,
        channel,
        sum(transaction_count) as transaction_count
    from {{ ref('int_monthly_members') }}
    group by sale_month, store_id, channel

)

select
    coalesce(expected.sale_month, products.sale_month, hours.sale_month, members.sale_month) as sale_month,
    coalesce(expected.store_id, products.store_id, hours.store_id, members.store_id) as store_id,
    coalesce(expected.channel, products.channel, hours.channel, members.channel) as channel,
    expected.revenue,
    products.revenue as products_revenue,
    hours.revenue as hours_revenue,
    expected.member_transaction_count,
    members.transaction_count
from expected
full outer join products
    on
        expected.sale_month = products.sale_month
        and expected.store_id = products.store_id
        and expected.channel = products.channel
full outer join hours
    on
        expected.sale_month = hours.sale_month
        and expected.store_id = hours.store_id
        and expected.channel = hours.channel
full outer join members
    on
        expected.sale_month = members.sale_month
        and expected.store_id = members.store_id
        and expected.channel = members.channel
where
    (expected.revenue, expected.units_sold) is distinct from (products.revenue, products.units_sold)
    or (expected.revenue, expected.units_sold) is distinct from (hours.revenue, hours.units_sold)
    or nullif(expected.member_transaction_count, 0) is distinct from members.transaction_count
