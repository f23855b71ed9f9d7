{{ config(
    materialized='incremental',
    unique_key='sale_month',
    indexes=[{'columns': ['sale_month', 'store_id', 'channel', 'customer_id'], 'unique': true}],
) }}

with transactions as (

    select * from {{ ref('stg_transactions') }}
    where
        customer_id is not null
        and {{ in_window('transaction_date') }}
        and {{ in_settled_month('transaction_date') }}

),

final as (

    select
        {{ month_of('transaction_date') }} as sale_month,
        store_id,
        channel,
        customer_id,
        count(*) as transaction_count
    from transactions
    group by {{ month_of('transaction_date') }}, store_id, channel, customer_id

)

select * from final
