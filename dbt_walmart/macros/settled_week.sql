{# The last day of the newest whole week (Monday to Sunday) that late rows can no longer change. #}
{% macro last_settled_week() -%}
    (date_trunc('week', {{ last_complete_day() }} - {{ var('lookback_days', 2) }} + 1)::date - 1)
{%- endmacro %}

{# Whether there is more to measure than the model has measured; always true in a full build. #}
{% macro has_advanced(column, through) -%}
    {%- if is_incremental() -%}
    {{ through }} > (select coalesce(max(built.{{ column }}), date '1900-01-01') from {{ this }} as built)
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
