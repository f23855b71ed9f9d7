-- Rows of days that are long published may be put right later. Whoever does so notes the first day, and the models that
-- build only their newest days go back to it once.

create table operations.corrections (
    correction bigint generated always as identity primary key,
    first_day date not null,
    noted_at timestamptz not null default now()
);
comment on table operations.corrections is 'Changes of rows that had been published: incremental models build again from the first day.';
comment on column operations.corrections.correction is 'Counts up.';
comment on column operations.corrections.noted_at is 'When it was noted.';
comment on column operations.corrections.first_day is 'World day from which on rows may have changed.';

create table operations.corrections_built (
    model text primary key,
    since bigint not null,
    through bigint not null check (through >= since)
);
comment on table operations.corrections_built is 'Which corrections an incremental model has taken in.';
comment on column operations.corrections_built.model is 'Name of the model.';
comment on column operations.corrections_built.since is 'Last correction before those that its newest build takes in.';
comment on column operations.corrections_built.through is 'Last correction that its newest build takes in.';

-- One at a time, so that a number is never seen before a lower one.
create function operations.note_correction(first_day date) returns bigint
language plpgsql volatile security definer
set search_path = pg_catalog, pg_temp
as $$
declare
    result bigint;
begin
    lock table operations.corrections in share row exclusive mode;
    insert into operations.corrections (first_day) values (note_correction.first_day) returning correction into result;
    return result;
end
$$;
comment on function operations.note_correction(date) is
    'To be called in the transaction that changes published rows; the next dbt run takes them in.';
revoke execute on function operations.note_correction(date) from public;
grant execute on function operations.note_correction(date) to walmart_loader;
grant select on operations.corrections to walmart_loader;
grant select, insert, update on operations.corrections_built to walmart_loader;
