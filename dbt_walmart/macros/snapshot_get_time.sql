{# A product that disappears from its table is closed at the world's time, not at that of this machine. #}
{% macro postgres__snapshot_get_time() -%}
    coalesce(public.published_through(), {{ current_timestamp() }})
{%- endmacro %}
