#!/bin/sh
# A backup now and every BACKUP_EVERY_SECONDS; one that fails is tried again in ten minutes.
set -u
here=$(dirname "$0")
while :; do
    if sh "$here/backup.sh"; then pause=${BACKUP_EVERY_SECONDS:-86400}; else pause=600; fi
    sleep "$pause" &
    trap 'kill $!; exit 0' TERM INT
    wait $!
done
