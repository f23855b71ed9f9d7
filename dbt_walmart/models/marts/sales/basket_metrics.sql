{{ config(
    materialized='incremental',
    unique_key='sale_date',
    indexes=[{'columns': ['sale_date', 'store_id', 'channel'], 'unique': true}],
) }}

with sales as (

    select * from {{ ref('fct_sales') }}
    where {{ in_window('sale_date') }}

)

select
    sale_date,
    store_id,
    channel,
    count(*) as basket_count,
    avg(revenue)::numeric(16, 2) as average_basket,
    (percentile_disc(0.5) within group (order by revenue))::numeric(16, 2) as median_basket,
    avg(units_sold)::numeric(16, 6) as units_per_basket,
    avg(line_count)::numeric(16, 6) as lines_per_basket,
    avg((line_count = 1)::integer)::numeric(16, 6) as single_line_share,
    avg((promotion_line_count > 0)::integer)::numeric(16, 6) as promotion_share,
    avg((customer_id is not null)::integer)::numeric(16, 6) as member_share
from sales
group by sale_date, store_id, channel
