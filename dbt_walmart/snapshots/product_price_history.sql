{% snapshot product_price_history %}

    {{ config(
        unique_key='product_id',
        strategy='timestamp',
        updated_at='updated_at',
        hard_deletes='invalidate',
    ) }}

    select
        product_id,
        sku,
        name as product_name,
        category,
        unit_cost,
        list_price,
        discontinued_on,
        updated_at
    from {{ source('raw', 'products') }}

{% endsnapshot %}
