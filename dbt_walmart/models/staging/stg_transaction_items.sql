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
    from {{ source('raw', 'transaction_items') }}
    where transaction_date < {{ clock_day() }}

),

day_under_way as (

    select
        items.transaction_id,
        items.line_number,
        items.store_id,
        items.product_id,
        items.promotion_id,
        items.quantity,
        items.list_price,
        items.unit_price,
        items.transaction_date
    from {{ source('raw', 'transaction_items') }} as items
    inner join {{ source('raw', 'transactions') }} as receipts
        on items.transaction_date = receipts.transaction_date and items.transaction_id = receipts.transaction_id
    where
        items.transaction_date = {{ clock_day() }}
        and receipts.transaction_date = {{ clock_day() }}
        and receipts.transaction_timestamp < {{ published_through() }}

)

select * from whole_days
union all
select * from day_under_way
