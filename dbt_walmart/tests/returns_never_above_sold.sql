-- Nobody brings back more of a line than was bought, or gets more money for it than was paid.
with returned as (

    select
        transaction_date,
        transaction_id,
        line_number,
        sum(quantity) as quantity,
        sum(refund_amount) as refund_amount
    from {{ ref('stg_returns') }}
    group by transaction_date, transaction_id, line_number

),

items as (

    select * from {{ ref('stg_transaction_items') }}

)

select
    returned.transaction_date,
    returned.transaction_id,
    returned.line_number,
    returned.quantity as returned_quantity,
    items.quantity as sold_quantity,
    returned.refund_amount
from returned
left join items
    on
        returned.transaction_date = items.transaction_date
        and returned.transaction_id = items.transaction_id
        and returned.line_number = items.line_number
where
    (
        returned.quantity <= items.quantity
        and returned.refund_amount <= items.quantity * items.unit_price
    ) is not true
