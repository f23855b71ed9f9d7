-- An incremental model's next build starts from what its last one took in: up to which day, and which corrections.
-- A model without a record is built whole, once, after this migration.
drop table operations.corrections_built;

create table operations.model_builds (
    model text primary key,
    built_through date,
    corrections_through bigint not null
);
comment on table operations.model_builds is 'Up to where an incremental model has been built.';
comment on column operations.model_builds.model is 'Name of the model.';
comment on column operations.model_builds.built_through is 'World day in which the clock stood; null before there was a company.';
comment on column operations.model_builds.corrections_through is 'Last correction that it has taken in.';
grant select, insert, update on operations.model_builds to walmart_loader;
