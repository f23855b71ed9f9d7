-- What the hours and the channels' products take in is what the days do.
with daily as (

    select
        sale_date,
        store_id,
        channel,
        revenue,
        units_sold
    from {{ ref('int_daily_sales') }}

),

finer as (

    select
        sale_date,
        store_id,
        channel,
        revenue,
        units_sold,
        'hours' as grain
    from {{ ref('sales_by_hour') }}
    union all
    select
        sale_date,
        store_id,
        channel,
        revenue,
        units_sold,
        'products' as grain
    from {{ ref('product_sales_by_channel') }}

),

summed as (

    select
        grain,
        sale_date,
        store_id,
        channel,
        sum(revenue) as revenue,
        sum(units_sold) as units_sold
    from finer
    group by grain, sale_date, store_id, channel

),

expected as (

    select
        grains.grain,
        daily.*
    from daily
    cross join (values ('hours'), ('products')) as grains (grain)

)

select
    expected.grain,
    expected.sale_date,
    expected.store_id,
    expected.channel,
    expected.revenue,
    summed.revenue as finer_revenue
from expected
full outer join summed
    on
        expected.grain = summed.grain
        and expected.sale_date = summed.sale_date
        and expected.store_id = summed.store_id
        and expected.channel = summed.channel
where
    expected.revenue is distinct from summed.revenue
    or expected.units_sold is distinct from summed.units_sold
