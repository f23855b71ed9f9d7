#!/bin/sh
# Prove that a backup can be restored: bring it back beside the company, add it up, and take it away again.
#   check.sh [BACKUP]   (the newest one)
set -eu
folder=${BACKUP_TO:-/backups}
backup=${1:-$(find "$folder" -mindepth 1 -maxdepth 1 -type d -name '*Z' | sort | tail -n 1)}
[ -n "$backup" ] || { echo "There is no backup in $folder yet." >&2; exit 1; }
database=walmart_backup_check
drop() {
    psql --no-psqlrc --quiet --dbname=postgres --command="set client_min_messages = error" \
        --command="drop database if exists $database with (force)"
}
drop
trap drop EXIT
sh "$(dirname "$0")/restore.sh" "$backup" "$database"
psql --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname="$database" <<'SQL'
set client_min_messages = error;
select format('through %s: %s transactions, %s', published_through(), count(*), coalesce(sum(total_amount), 0))
from transactions;
do $$
begin
    if (select coalesce(sum(total_amount), 0) from transactions)
       <> (select coalesce(sum(quantity * unit_price), 0) from transaction_items) then
        raise exception 'the receipts do not add up to their lines';
    end if;
end $$;
SQL
echo "$backup can be restored."
