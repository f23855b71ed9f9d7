{{ config(
    indexes=[{'columns': ['sale_date', 'store_id', 'channel'], 'unique': true}],
    tags=['live'],
) }}

with daily_sales as (

    select * from {{ ref('int_daily_sales') }}

),

bounds as (

    select
        min(sale_date) as first_day,
        max(sale_date) as last_day
    from daily_sales

),

days as (

    {{ date_spine('(select bounds.first_day from bounds)', '(select bounds.last_day from bounds)') }}

),

-- A store's channel is present on every day from its first sale on, so that a chart shows a day without sales as zero.
series as (

    select
        store_id,
        channel,
        min(sale_date) as first_day
    from daily_sales
    group by store_id, channel

),

final as (

    select
        days.day as sale_date,
        series.store_id,
        series.channel,
        coalesce(daily_sales.transaction_count, 0) as transaction_count,
        coalesce(daily_sales.member_transaction_count, 0) as member_transaction_count,
        coalesce(daily_sales.unique_customers, 0) as unique_customers,
        coalesce(daily_sales.units_sold, 0) as units_sold,
        coalesce(daily_sales.revenue, 0.00) as revenue,
        coalesce(daily_sales.discount_amount, 0.00) as discount_amount,
        coalesce(daily_sales.tax_amount, 0.00) as tax_amount,
        round(daily_sales.revenue / daily_sales.transaction_count, 2) as average_basket
    from series
    inner join days on series.first_day <= days.day
    left join daily_sales
        on
            days.day = daily_sales.sale_date
            and series.store_id = daily_sales.store_id
            and series.channel = daily_sales.channel

)

select * from final
