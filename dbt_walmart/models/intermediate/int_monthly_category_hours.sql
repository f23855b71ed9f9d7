{{ config(
    materialized='incremental',
    unique_key='sale_month',
    indexes=[
        {
            'columns': ['category', 'sale_month', 'store_id', 'channel', 'day_of_week', 'hour_of_day'],
            'unique': true
        },
        {'columns': ['sale_month']},
    ],
) }}

with lines as (

    select * from {{ ref('int_sales_lines') }}
    where {{ in_window('sale_date') }} and {{ in_settled_month('sale_date') }}

),

final as (

    select
        {{ month_of('sale_date') }} as sale_month,
        store_id,
        channel,
        category,
        extract(isodow from sale_date)::integer as day_of_week,
        hour_of_day,
        sum(category_receipts) as transaction_count,
        sum(quantity)::bigint as units_sold,
        sum(revenue)::numeric(16, 2) as revenue
    from lines
    group by
        {{ month_of('sale_date') }},
        store_id,
        channel,
        category,
        extract(isodow from sale_date)::integer,
        hour_of_day

)

select * from final
