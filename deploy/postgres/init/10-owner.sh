#!/bin/sh
# The image runs this once, when the volume is empty: the role that owns the company, and its empty database.
# The tables and the three working roles are made by `python -m loaders migrate` from the application's machine.
set -eu
export WALMART_OWNER="${WALMART_OWNER:-walmart_owner}" WALMART_DATABASE="${WALMART_DATABASE:-walmart}"
[ -s "${WALMART_OWNER_PASSWORD_FILE:?names the file with the owner's password}" ] || {
    echo "$WALMART_OWNER_PASSWORD_FILE is empty: write the owner's password into it" >&2
    exit 1
}
# psql reads names and password itself, so that they stand on no command line, and quotes them
psql --no-psqlrc --quiet --set=ON_ERROR_STOP=1 --username="${POSTGRES_USER:-postgres}" --dbname=postgres <<'SQL'
\getenv owner WALMART_OWNER
\getenv database WALMART_DATABASE
\set password `cat "$WALMART_OWNER_PASSWORD_FILE"`
select format('create role %I login createrole password %L', :'owner', :'password')
where not exists (select from pg_roles where rolname = :'owner') \gexec
select format('create database %I owner %I template template0 encoding ''UTF8'' lc_collate ''C.UTF-8'' lc_ctype ''C.UTF-8''',
              :'database', :'owner')
where not exists (select from pg_database where datname = :'database') \gexec
SQL
