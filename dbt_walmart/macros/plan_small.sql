{#
    A year's rows are grouped in the order in which they lie (loaders/dbt.py turns hashing off). A few days, and tables
    that are built whole each time, have few groups: those are hashed sooner than sorted, and sooner than further
    processes are started for them.
#}
{% macro plan_small() -%}
    {%- if model.config.materialized == 'table' or builds_few_days() -%}
        set local enable_hashagg to on; set local max_parallel_workers_per_gather to 0
    {%- endif -%}
{%- endmacro %}
