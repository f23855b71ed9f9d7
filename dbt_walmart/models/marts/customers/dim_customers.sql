{{ config(indexes=[{'columns': ['customer_id'], 'unique': true}]) }}

-- Names and addresses stay in the operational database: no question to the marts needs them.
with customers as (

    select * from {{ ref('stg_customers') }}

),

world as (

    select * from {{ ref('stg_world') }}

),

aged as (

    select
        customers.*,
        extract(year from age(world.clock_day, customers.birth_date))::integer as age_years
    from customers
    cross join world

)

select
    customer_id,
    home_store_id,
    loyalty_tier,
    gender,
    city,
    state,
    age_years,
    case
        when age_years < 25 then 'under 25'
        when age_years < 40 then '25 to 39'
        when age_years < 55 then '40 to 54'
        when age_years < 70 then '55 to 69'
        else '70 and over'
    end as age_band,
    joined_on
from aged
