{#
    The world has its own clock; models read what lies before it. The clock is read once, by base_world, so that
    all models of a build see the same world while the simulator and the API go on writing. Staging reads
    base_world, all that builds on staging reads stg_world. Each macro is a scalar subquery: PostgreSQL evaluates
    it once a statement and prunes partitions by it. Null while there is no company: every comparison is then
    unknown and the models are empty.
#}

{# Everything before this instant is complete, and final. #}
{% macro published_through(world='stg_world') -%}
    (select world.published_through from {{ ref(world) }} as world)
{%- endmacro %}

{# The world day the clock stands in; the days before it are complete. #}
{% macro clock_day(world='stg_world') -%}
    (select world.clock_day from {{ ref(world) }} as world)
{%- endmacro %}

{# Whether a day's month is over, and its look-back too: it is added up once, not again on each of its days. #}
{% macro in_settled_month(day) -%}
    {{ day }} < {{ month_of(clock_day() ~ ' - ' ~ var('lookback_days', 1)) }}
{%- endmacro %}

{# The last world day that is complete in every store. #}
{% macro last_complete_day(world='stg_world') -%}
    (select world.last_complete_day from {{ ref(world) }} as world)
{%- endmacro %}

{# The last day whose start (deliveries, prices, orders to suppliers) the clock has left behind. #}
{% macro last_started_day(world='stg_world') -%}
    (select world.last_started_day from {{ ref(world) }} as world)
{%- endmacro %}
