{{ config(
    materialized='incremental',
    unique_key='sale_month',
    indexes=[
        {'columns': ['sale_month', 'store_id', 'channel', 'product_id'], 'unique': true},
        {'columns': ['category', 'sale_month']},
    ],
) }}

with product_sales as (

    select * from {{ ref('product_sales_by_channel') }}
    where {{ in_window('sale_date') }} and {{ in_settled_month('sale_date') }}

),

final as (

    select
        {{ month_of('sale_date') }} as sale_month,
        store_id,
        channel,
        product_id,
        category,
        sum(units_sold)::bigint as units_sold,
        sum(revenue)::numeric(16, 2) as revenue
    from product_sales
    group by {{ month_of('sale_date') }}, store_id, channel, product_id, category

)

select * from final
