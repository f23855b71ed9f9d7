{# A new table has no statistics until PostgreSQL gets to it, and the next model reads it at once. #}
{% macro analyze_whole() -%}
    {%- if not is_incremental() -%} analyze {{ this }} {%- endif -%}
{%- endmacro %}
