{{ config(
    materialized='incremental',
    unique_key='sale_date',
    indexes=[
        {'columns': ['sale_date', 'store_id', 'channel', 'product_id'], 'unique': true},
        {'columns': ['category', 'sale_date']},
    ],
    tags=['live'],
) }}

with lines as (

    select * from {{ ref('int_sales_lines') }}
    where {{ in_window('sale_date') }}

),

final as (

    select
        sale_date,
        store_id,
        channel,
        product_id,
        category,
        sum(quantity)::bigint as units_sold,
        sum(revenue)::numeric(16, 2) as revenue
    from lines
    group by sale_date, category, product_id, store_id, channel

)

select * from final
