{{ config(
    materialized='incremental',
    unique_key='sale_date',
    indexes=[
        {'columns': ['sale_date', 'store_id', 'product_id'], 'unique': true},
        {'columns': ['product_id', 'sale_date']},
    ],
    tags=['live'],
) }}

with product_sales as (

    select * from {{ ref('int_product_sales') }}
    where {{ in_window('sale_date') }}

),

final as (

    select
        sale_date,
        store_id,
        product_id,
        department,
        category,
        line_count,
        units_sold,
        promotion_units,
        revenue::numeric(16, 2) as revenue,
        discount_amount::numeric(16, 2) as discount_amount,
        cost_of_goods::numeric(16, 2) as cost_of_goods,
        (revenue - cost_of_goods)::numeric(16, 2) as gross_margin,
        (revenue / units_sold)::numeric(16, 2) as average_unit_price
    from product_sales

)

select * from final
