-- Stores open within 06:00 to 23:59 on their own clocks, and a receipt is of the store's day. The last month.
select
    receipts.transaction_id,
    receipts.transaction_date,
    receipts.transaction_timestamp
from {{ ref('stg_transactions') }} as receipts
inner join {{ ref('stg_stores') }} as stores on receipts.store_id = stores.store_id
where
    receipts.transaction_date >= {{ clock_day() }} - 31
    and receipts.channel != 'api'
    and (
        (receipts.transaction_timestamp at time zone stores.time_zone)::time < time '06:00'
        or (receipts.transaction_timestamp at time zone stores.time_zone)::date != receipts.transaction_date
    )
