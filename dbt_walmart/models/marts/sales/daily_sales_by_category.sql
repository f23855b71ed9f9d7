{{ config(
    materialized='incremental',
    unique_key='sale_date',
    indexes=[{'columns': ['sale_date', 'store_id', 'channel', 'category', 'department'], 'unique': true}],
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
        department,
        category,
        sum(category_receipts) as transaction_count,
        sum(quantity)::bigint as units_sold,
        sum(revenue)::numeric(16, 2) as revenue,
        sum(discount_amount)::numeric(16, 2) as discount_amount,
        sum(cost_of_goods)::numeric(16, 2) as cost_of_goods,
        (sum(revenue) - sum(cost_of_goods))::numeric(16, 2) as gross_margin
    from lines
    group by sale_date, store_id, channel, department, category

)

select * from final
