-- Every receipt says what its lines add up to, to the cent; and neither is without the other.
with transactions as (

    select * from {{ ref('stg_transactions') }}

),

line_totals as (

    select
        transaction_id,
        sum(quantity) as calculated_items,
        {{ calculate_revenue() }} as calculated_total,
        {{ calculate_revenue(unit_price='list_price') }} as calculated_list_total
    from {{ ref('stg_transaction_items') }}
    group by transaction_id

)

select
    coalesce(transactions.transaction_id, line_totals.transaction_id) as transaction_id,
    transactions.total_amount as reported_total,
    line_totals.calculated_total,
    transactions.discount_amount as reported_discount,
    line_totals.calculated_list_total - line_totals.calculated_total as calculated_discount,
    transactions.item_count as reported_items,
    line_totals.calculated_items
from transactions
full outer join line_totals
    on transactions.transaction_id = line_totals.transaction_id
where
    (
        transactions.total_amount = line_totals.calculated_total
        and transactions.discount_amount = line_totals.calculated_list_total - line_totals.calculated_total
        and transactions.item_count = line_totals.calculated_items
    ) is not true
