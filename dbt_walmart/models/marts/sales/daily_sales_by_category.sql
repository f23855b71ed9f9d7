{{ config(
    materialized='incremental',
    unique_key='sale_date',
    indexes=[{'columns': ['sale_date', 'store_id', 'channel', 'category', 'department'], 'unique': true}],
    tags=['live'],
) }}

with category_sales as (

    select * from {{ ref('int_category_sales') }}
    where {{ in_window('sale_date') }}

),

final as (

    select
        sale_date,
        store_id,
        channel,
        department,
        category,
        transaction_count,
        units_sold,
        revenue::numeric(16, 2) as revenue,
        discount_amount::numeric(16, 2) as discount_amount,
        cost_of_goods::numeric(16, 2) as cost_of_goods,
        (revenue - cost_of_goods)::numeric(16, 2) as gross_margin
    from category_sales

)

select * from final
