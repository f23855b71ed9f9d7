-- Lines carry no time. Days before the clock's are whole; a line of that day is in when its receipt is. Two branches
-- instead of one condition, so that PostgreSQL plans the whole days as the plain scan that they are.
with whole_days as (

    select
        transaction_id,
        line_number,
        store_id,
        product_id,
        promotion_id,
        quantity,
        list_price,
        unit_price,
        transaction_date
    from {{ ref('base_transaction_items') }}
    where transaction_date < {{ clock_day('base_world') }}

),

receipts as (

    select transaction_id from {{ ref('base_transactions') }}
    where
        transaction_date = {{ clock_day('base_world') }}
        and transaction_timestamp < {{ published_through('base_world') }}

),

day_under_way as (

    select
        transaction_id,
        line_number,
        store_id,
        product_id,
        promotion_id,
        quantity,
        list_price,
        unit_price,
        transaction_date
    from {{ ref('base_transaction_items') }}
    where
        transaction_date = {{ clock_day('base_world') }}
        and transaction_id in (select receipts.transaction_id from receipts)

)

select * from whole_days
union all
select * from day_under_way
