-- The days of int_daily_sales hold exactly what the receipts do: count, units, revenue, discount and tax.
with transactions as (

    select
        transaction_date as sale_date,
        count(*) as transaction_count,
        sum(item_count) as units_sold,
        sum(total_amount) as revenue,
        sum(discount_amount) as discount_amount,
        sum(tax_amount) as tax_amount
    from {{ ref('stg_transactions') }}
    group by transaction_date

),

daily_sales as (

    select
        sale_date,
        sum(transaction_count) as transaction_count,
        sum(units_sold) as units_sold,
        sum(revenue) as revenue,
        sum(discount_amount) as discount_amount,
        sum(tax_amount) as tax_amount
    from {{ ref('int_daily_sales') }}
    group by sale_date

)

select
    coalesce(transactions.sale_date, daily_sales.sale_date) as sale_date,
    transactions.revenue as transaction_revenue,
    daily_sales.revenue as daily_revenue
from transactions
full outer join daily_sales on transactions.sale_date = daily_sales.sale_date
where
    (
        transactions.transaction_count = daily_sales.transaction_count
        and transactions.units_sold = daily_sales.units_sold
        and transactions.revenue = daily_sales.revenue
        and transactions.discount_amount = daily_sales.discount_amount
        and transactions.tax_amount = daily_sales.tax_amount
    ) is not true
