{{ config(
    materialized='incremental',
    unique_key='sale_date',
    indexes=[{'columns': ['sale_date', 'transaction_id'], 'unique': true}],
) }}

with transactions as (

    select * from {{ ref('stg_transactions') }}
    where {{ in_window('transaction_date') }}

),

stores as (

    select * from {{ ref('stg_stores') }}

),

-- Sorted day by day: a day's receipts fit in memory, those of a year would be hashed on disk.
sorted_lines as (

    select * from {{ ref('fct_sales_lines') }}
    where {{ in_window('sale_date') }}
    order by sale_date, transaction_id

),

lines as (

    select
        sale_date,
        transaction_id,
        count(*) as line_count,
        count(promotion_id) as promotion_line_count,
        sum(cost_of_goods)::numeric(16, 2) as cost_of_goods
    from sorted_lines
    group by sale_date, transaction_id

)

select
    transactions.transaction_date as sale_date,
    transactions.transaction_id,
    transactions.store_id,
    transactions.customer_id,
    transactions.channel,
    transactions.payment_method,
    date_part('hour', transactions.transaction_timestamp at time zone stores.time_zone)::integer as hour_of_day,
    lines.line_count,
    lines.promotion_line_count,
    transactions.item_count as units_sold,
    transactions.total_amount as revenue,
    transactions.discount_amount,
    transactions.tax_amount,
    lines.cost_of_goods,
    (transactions.total_amount - lines.cost_of_goods)::numeric(16, 2) as gross_margin
from transactions
inner join stores on transactions.store_id = stores.store_id
inner join lines
    on transactions.transaction_date = lines.sale_date and transactions.transaction_id = lines.transaction_id
