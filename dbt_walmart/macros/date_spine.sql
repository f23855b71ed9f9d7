{# One row a day from first_day to last_day, both included; no row when either is null. Column: day. #}
{% macro date_spine(first_day, last_day) -%}
    select spine.day::date as day
    from generate_series(({{ first_day }})::timestamp, ({{ last_day }})::timestamp, interval '1 day') as spine (day)
{%- endmacro %}
