{{ config(
    materialized='incremental',
    unique_key='sale_date',
    indexes=[{'columns': ['sale_date', 'store_id', 'channel', 'category', 'department'], 'unique': true}],
    tags=['live'],
) }}

with receipts as (

    select * from {{ ref('int_category_receipts') }}
    where {{ in_window('sale_date') }}

),

-- One row a receipt and category, so that counting rows counts receipts.
final as (

    select
        sale_date,
        store_id,
        channel,
        department,
        category,
        count(*) as transaction_count,
        sum(units_sold)::bigint as units_sold,
        sum(revenue)::numeric(16, 2) as revenue,
        sum(discount_amount)::numeric(16, 2) as discount_amount,
        sum(cost_of_goods)::numeric(16, 2) as cost_of_goods,
        (sum(revenue) - sum(cost_of_goods))::numeric(16, 2) as gross_margin
    from receipts
    group by sale_date, store_id, channel, department, category

)

select * from final
