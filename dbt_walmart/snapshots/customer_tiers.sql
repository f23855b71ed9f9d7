{% snapshot customer_tiers %}

    {{ config(
        unique_key='customer_id',
        strategy='check',
        check_cols=['loyalty_tier'],
        hard_deletes='invalidate',
    ) }}

    select
        customer_id,
        loyalty_tier
    from {{ source('raw', 'customers') }}

{% endsnapshot %}
