{#
    Rows that had been published and were changed later: whoever changed them noted the first day
    (operations.note_correction). Each incremental model goes back to it once. Which corrections there are is read
    with the clock, once a build, so that a model never takes one in that its parents have not.
    These tables are no sources: every model reads them, and none has a row of them.
#}

{# The newest correction, 0 before the first. #}
{% macro newest_correction() -%}
    (select coalesce(max(noted.correction), 0) from operations.corrections as noted)
{%- endmacro %}

{# Before an incremental model is built, in the same transaction: which corrections it takes in. #}
{% macro take_corrections() -%}
    {%- if model.config.materialized == 'incremental' -%}
    insert into operations.corrections_built as built (model, since, through)
    select '{{ this.identifier }}', 0, world.corrections_through from {{ this.schema }}.base_world as world
    on conflict (model) do update set since = built.through, through = excluded.through
    {%- endif -%}
{%- endmacro %}

{# Then its rows since the first corrected day go: a day that has no row any more would be left as it was. #}
{% macro drop_corrected() -%}
    {%- set key = config.get('unique_key') or '' -%}
    {%- set unit = {'date': 'day', 'month': 'month'}.get(key.split('_')[-1]) -%}
    {%- if is_incremental() and unit -%}
        delete from {{ this }} where {{ key }} >= date_trunc('{{ unit }}', {{ first_corrected_day() }})::date
    {%- endif -%}
{%- endmacro %}

{# The first day of the corrections that the model takes in now, as a scalar subquery; null: none. #}
{% macro first_corrected_day() -%}
    (
        select min(noted.first_day)
        from operations.corrections as noted
        inner join operations.corrections_built as taken
            on noted.correction > taken.since and noted.correction <= taken.through
        where taken.model = '{{ this.identifier }}'
    )
{%- endmacro %}
