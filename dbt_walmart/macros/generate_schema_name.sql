{# Everything lies in the profile's schema, so that every name stays analytics.<model>. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema }}
{%- endmacro %}
