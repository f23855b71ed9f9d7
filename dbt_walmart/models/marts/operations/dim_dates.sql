{{ config(indexes=[{'columns': ['date_day'], 'unique': true}]) }}

-- The days of the company so far, and the four weeks that are forecast.
with first_day as (

    select min(sale_date) as first_date from {{ ref('int_daily_sales') }}

),

days as (

    {{ date_spine('(select first_day.first_date from first_day)', clock_day() ~ ' + 28') }}

)

select
    day as date_day,
    date_trunc('week', day)::date as week_start,
    {{ month_of('day') }} as month_start,
    date_trunc('quarter', day)::date as quarter_start,
    extract(year from day)::integer as calendar_year,
    extract(month from day)::integer as month_of_year,
    extract(isodow from day)::integer as day_of_week,
    trim(to_char(day, 'Day')) as day_name,
    extract(isodow from day) >= 6 as is_weekend,
    day <= {{ last_complete_day() }} as is_complete,
    {{ clock_day() }} - day as days_ago
from days
