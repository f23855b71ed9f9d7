{#
    The condition by which an incremental model builds again only its newest days, and all from the first day of a
    correction that it has not taken in yet. The days before the newest built one are complete when they are
    published, so the look-back is a margin, not a need.
    unit: 'day', or 'month' for models whose rows cover a month.
#}
{% macro in_window(column, target_column=none, unit='day') -%}
    {%- if is_incremental() -%}
    {%- set newest -%}
    coalesce(max(built.{{ target_column or column }}), date '1900-01-01') - {{ var('lookback_days', 2) }}
    {%- endset -%}
    {{ column }} >= (
        select date_trunc('{{ unit }}', least({{ newest }}, {{ first_corrected_day() }}))::date from {{ this }} as built
    )
    {%- else -%}
    true
    {%- endif -%}
{%- endmacro %}
