{{ config(
    materialized='incremental',
    unique_key='sale_date',
    indexes=[{'columns': ['sale_date', 'store_id', 'channel', 'hour_of_day'], 'unique': true}],
    tags=['live'],
) }}

with transactions as (

    select * from {{ ref('stg_transactions') }}
    where {{ in_window('transaction_date') }}

),

stores as (

    select * from {{ ref('stg_stores') }}

),

timed as (

    select
        transactions.*,
        date_part('hour', transactions.transaction_timestamp at time zone stores.time_zone)::integer as hour_of_day
    from transactions
    inner join stores on transactions.store_id = stores.store_id

),

final as (

    select
        transaction_date as sale_date,
        store_id,
        channel,
        hour_of_day,
        extract(isodow from transaction_date)::integer as day_of_week,
        count(*) as transaction_count,
        sum(item_count)::bigint as units_sold,
        sum(total_amount)::numeric(16, 2) as revenue
    from timed
    group by transaction_date, store_id, channel, hour_of_day

)

select * from final
