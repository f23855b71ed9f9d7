{{ config(
    materialized='incremental',
    unique_key='sale_date',
    indexes=[
        {'columns': ['product_id', 'store_id', 'sale_date', 'promotion_id'], 'unique': true},
        {'columns': ['sale_date']},
        {'columns': ['ends_on']},
    ],
    post_hook='{{ analyze_whole() }}',
) }}

with days as (

    select
        promotions.*,
        generate_series(
            promotions.starts_on, least(promotions.ends_on, {{ last_complete_day() }})::timestamp, interval '1 day'
        )::date as sale_date
    from {{ ref('stg_promotions') }} as promotions

),

assortment as (

    select distinct
        store_id,
        product_id
    from {{ ref('stg_assortment') }}

)

select
    days.sale_date,
    days.promotion_id,
    assortment.store_id,
    assortment.product_id,
    days.starts_on,
    days.ends_on
from days
inner join assortment
    on days.product_id = assortment.product_id and assortment.store_id = coalesce(days.store_id, assortment.store_id)
where {{ in_window('days.sale_date') }}
