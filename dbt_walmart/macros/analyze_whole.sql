{#
    A new table has no statistics until PostgreSQL gets to it, and the next model reads it at once. The same holds for a
    table that was built of nothing, before the company came.
#}
{% macro analyze_whole() -%}
    {%- if not (execute and is_incremental()) or _knows_of_no_row() -%} analyze {{ this }} {%- endif -%}
{%- endmacro %}

{% macro _knows_of_no_row() -%}
    {%- set query -%} select count(*) from pg_class where oid = '{{ this }}'::regclass and reltuples <= 0 {%- endset -%}
    {{ return(run_query(query).columns[0].values()[0] > 0) }}
{%- endmacro %}
