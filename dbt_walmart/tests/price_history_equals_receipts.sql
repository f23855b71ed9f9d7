-- The regular price on a line is that of the price dimension on the day. The last month, where new rows are.
with lines as (

    select * from {{ ref('fct_sales_lines') }}
    where sale_date >= {{ clock_day() }} - 31

)

select
    lines.sale_date,
    lines.transaction_id,
    lines.line_number,
    lines.list_price,
    prices.price
from lines
left join {{ ref('dim_prices') }} as prices
    on
        lines.store_id = prices.store_id
        and lines.product_id = prices.product_id
        and lines.sale_date >= prices.valid_from
        and lines.sale_date <= coalesce(prices.valid_to, lines.sale_date)
where lines.list_price is distinct from prices.price
