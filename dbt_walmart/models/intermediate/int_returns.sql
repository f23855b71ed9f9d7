{{ config(
    materialized='incremental',
    unique_key='return_date',
    indexes=[{'columns': ['return_date', 'return_id'], 'unique': true}],
    tags=['live'],
) }}

with returns as (

    select * from {{ ref('stg_returns') }}
    where {{ in_window('returned_on') }}

),

transactions as (

    select * from {{ ref('stg_transactions') }}

),

products as (

    select * from {{ ref('stg_products') }}

)

select
    returns.returned_on as return_date,
    returns.return_id,
    returns.transaction_id,
    returns.transaction_date as sale_date,
    returns.store_id,
    transactions.channel,
    transactions.customer_id,
    returns.product_id,
    products.category,
    returns.reason,
    returns.is_restocked,
    returns.quantity,
    returns.refund_amount
from returns
inner join transactions
    on
        returns.transaction_date = transactions.transaction_date
        and returns.transaction_id = transactions.transaction_id
inner join products on returns.product_id = products.product_id
