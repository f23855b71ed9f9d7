{# The first day of a day's month. A bare date would be cut in the session's time zone, at three times the cost. #}
{% macro month_of(day) -%}
    date_trunc('month', ({{ day }})::timestamp)::date
{%- endmacro %}
