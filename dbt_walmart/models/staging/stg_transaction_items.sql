-- Lines carry no time. Days before the clock's are whole; a line of that day is in when its transaction is.
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
where
    items.transaction_date <= {{ clock_day() }}
    and (
        items.transaction_date < {{ clock_day() }}
        or (
            select receipts.transaction_timestamp
            from {{ source('raw', 'transactions') }} as receipts
            where
                receipts.transaction_date = items.transaction_date
                and receipts.transaction_id = items.transaction_id
        ) < {{ published_through() }}
    )
