{# What customers paid for lines, tax apart: exact, because quantity is whole and price NUMERIC. #}
{% macro calculate_revenue(quantity='quantity', unit_price='unit_price') -%}
    sum({{ quantity }} * {{ unit_price }})
{%- endmacro %}
