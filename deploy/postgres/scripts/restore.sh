#!/bin/sh
# Bring a backup back into a database that is not there yet; whole, or the database is taken away again.
#   restore.sh BACKUP [DATABASE]
set -eu
backup=${1:?usage: restore.sh BACKUP [DATABASE], for example restore.sh /backups/20260310T020000Z}
database=${2:-${WALMART_DATABASE:-walmart}}
[ -s "$backup/company.dump" ] || { echo "$backup is no backup: company.dump is missing" >&2; exit 1; }
ask() { psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname=postgres "$@"; }
if [ -n "$(echo "select 1 from pg_database where datname = :'database'" | ask --set=database="$database")" ]; then
    echo "There is a database $database already: rename it first (alter database ... rename to ...)." >&2
    exit 1
fi
# a role that is there already keeps its password
sed -E 's/^CREATE ROLE (.*);$/do $$ begin create role \1; exception when duplicate_object then null; end $$;/' \
    "$backup/roles.sql" >"${TMPDIR:-/tmp}/roles.$$"
trap 'rm -f "${TMPDIR:-/tmp}/roles.$$"' EXIT
if ! echo "select 1 from pg_roles where rolname = 'walmart_loader'" | ask | grep -q 1; then
    ask --file="${TMPDIR:-/tmp}/roles.$$" >/dev/null
fi
owner=$(pg_restore --list "$backup/company.dump" | sed -n 's/.* SCHEMA - operations \(.*\)$/\1/p')
ask --set=database="$database" --set=owner="${owner:-walmart_owner}" <<'SQL'
select format('create database %I owner %I template template0 encoding ''UTF8'' lc_collate ''C.UTF-8'' lc_ctype ''C.UTF-8''',
              :'database', :'owner') \gexec
SQL
if ! pg_restore --exit-on-error --single-transaction --dbname="$database" "$backup/company.dump"; then
    echo "drop database :\"database\" with (force)" | ask --set=database="$database"
    echo "The backup $backup could not be restored; $database is not there." >&2
    exit 1
fi
vacuumdb --quiet --analyze-only --dbname="$database"
echo "$backup is restored as $database."
