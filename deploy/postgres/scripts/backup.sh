#!/bin/sh
# One backup: the database as of one instant, and the roles with their hashed passwords, whole or not at all.
# Environment: WALMART_DATABASE, BACKUP_TO (/backups), BACKUP_KEEP_DAYS; libpq's PGHOST, PGPORT, PGUSER.
set -eu
database=${WALMART_DATABASE:-walmart}
folder=${BACKUP_TO:-/backups}
umask 077
rm -rf "$folder"/.making-*  # of a backup that was cut off
making=$(mktemp -d "$folder/.making-XXXXXX")
trap 'rm -rf "$making"' EXIT
pg_dumpall --roles-only >"$making/all-roles.sql"
# the superuser of another server keeps its own password
grep -vE '^(CREATE|ALTER) ROLE "?postgres"?( |;)' "$making/all-roles.sql" >"$making/roles.sql"
rm "$making/all-roles.sql"
pg_dump --format=custom --dbname="$database" --file="$making/company.dump"
pg_restore --list "$making/company.dump" >/dev/null
backup="$folder/$(date -u +%Y%m%dT%H%M%SZ)"
mv "$making" "$backup"
find "$folder" -mindepth 1 -maxdepth 1 -type d -name '*Z' -mtime "+${BACKUP_KEEP_DAYS:-14}" -exec rm -rf {} +
echo "$backup: $(du -sk "$backup" | cut -f1) kB"
