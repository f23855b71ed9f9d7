{{ config(
    materialized='incremental',
    unique_key='sale_month',
    indexes=[{'columns': ['sale_month', 'category'], 'unique': true}],
) }}

with lines as (

    select * from {{ ref('int_sales_lines') }}
    where
        customer_id is not null
        and {{ in_window('sale_date') }}

),

buyers as (

    select distinct
        {{ month_of('sale_date') }} as sale_month,
        category,
        customer_id
    from lines

),

final as (

    select
        sale_month,
        category,
        count(*) as customer_count
    from buyers
    group by sale_month, category

)

select * from final
