{# The last day of the newest whole week (Monday to Sunday) that late rows can no longer change. #}
{% macro last_settled_week() -%}
    (select settled.last_settled_day from {{ ref('int_settled_week') }} as settled)
{%- endmacro %}

{#
    Whether there is more to measure than the model has measured, or what it has measured was corrected;
    always true in a full build.
#}
{% macro has_advanced(column, through) -%}
    {%- if execute and is_incremental() -%}
    (
        {{ through }} > (select coalesce(max(built.{{ column }}), date '1900-01-01') from {{ this }} as built)
        or {{ through }} >= {{ first_corrected_day() }}
    )
    {%- else -%}
        true
    {%- endif -%}
{%- endmacro %}
