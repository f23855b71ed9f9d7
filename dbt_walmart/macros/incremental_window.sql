{#
    An incremental model builds again its newest days, and all from the first day of a correction that it has not taken
    in yet. The days before the newest built one are complete when they are published, so the look-back is a margin, not
    a need. Models that are keyed by a month go back to that month's first day.
#}

{# The condition on a date column of the rows that the model reads; true in a full build. #}
{% macro in_window(column) -%}
    {{ column }} >= {{ window_start() }}
{%- endmacro %}

{# The first day that the model builds now, as a literal: PostgreSQL then plans a few days as the few that they are. #}
{% macro window_start() -%}
    {%- if not (execute and is_incremental()) -%}
        {{ return("date '-infinity'") }}
    {%- endif -%}
    {{ return("date '" ~ of_last_build(_first_day()) ~ "'") }}
{%- endmacro %}

{# Whether the model builds few days now; not in a full build, nor when a year has come since its last one. #}
{% macro builds_few_days() -%}
    {%- if not (execute and is_incremental()) -%}
        {{ return(false) }}
    {%- endif -%}
    {{ return(of_last_build(_first_day() ~ ' > min(world.clock_day) - 62') | string | lower == 'true') }}
{%- endmacro %}

{% macro _first_day() -%}
    {%- set newest = "coalesce(max(built.built_through), '-infinity') - " ~ var('lookback_days', 1) -%}
    {%- set unit = 'month' if config.get('unique_key').endswith('_month') else 'day' -%}
    {{ return("date_trunc('" ~ unit ~ "', least(" ~ newest ~ ", min(noted.first_day))::timestamp)::date") }}
{%- endmacro %}

{#
    The strategy of models that are keyed by a day or a month: all from the window's first day on is taken away, so that
    also a day that has no row any more goes, and what the model built of them put in.
#}
{% macro get_incremental_replace_window_sql(arguments) -%}
    {%- set columns = get_quoted_csv(arguments['dest_columns'] | map(attribute='name')) -%}
    delete from {{ arguments['target_relation'] }} where {{ arguments['unique_key'] }} >= {{ window_start() }};
    insert into {{ arguments['target_relation'] }} ({{ columns }})
    (select {{ columns }} from {{ arguments['temp_relation'] }})
{%- endmacro %}
