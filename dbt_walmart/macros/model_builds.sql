{#
    How far each incremental model has been built, and which corrections it has taken in: rows that had been published
    and were changed later, whose first day was noted by whoever changed them (operations.note_correction). Which
    corrections there are is read with the clock, once a build, so that a model never takes one in that its parents have
    not. A model without a record is built whole. These tables are no sources: every model reads them, and none has a row
    of them.
#}

{# After an incremental model is built, in the same transaction. #}
{% macro record_build() -%}
    {%- if model.config.materialized == 'incremental' -%}
    insert into operations.model_builds (model, built_through, corrections_through)
    select '{{ this.identifier }}', world.clock_day, world.corrections_through
    from {{ this.schema }}.base_world as world
    on conflict (model) do update
    set built_through = excluded.built_through, corrections_through = excluded.corrections_through
    {%- endif -%}
{%- endmacro %}

{# The newest correction, 0 before the first. #}
{% macro newest_correction() -%}
    (select coalesce(max(noted.correction), 0) from operations.corrections as noted)
{%- endmacro %}

{# The first day of the corrections that the model takes in now, as a literal; null: none. #}
{% macro first_corrected_day() -%}
    {%- set day = of_last_build('min(noted.first_day)') -%}
    {{ return("date '" ~ day ~ "'" if day else 'null::date') }}
{%- endmacro %}

{# A value as text, by the record of the model's last build (`built`), the corrections since (`noted`) and the clock. #}
{% macro of_last_build(value) -%}
    {%- set query -%}
        select ({{ value }})::text
        from {{ this.schema }}.base_world as world
        left join operations.model_builds as built on built.model = '{{ this.identifier }}'
        left join operations.corrections as noted
            on noted.correction > built.corrections_through and noted.correction <= world.corrections_through
    {%- endset -%}
    {{ return(run_query(query).columns[0].values()[0]) }}
{%- endmacro %}
