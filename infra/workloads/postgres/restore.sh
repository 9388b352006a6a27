#!/bin/sh
# Puts the dump in FOLDER/ready in the place of the databases of the same names: restore.sh FOLDER
# Everything is read in beside them first. They change places in one transaction, and what was there stays as NAME__before
# until the next restore. Killed at any moment it may simply run again. Environment: PGHOST, PGPORT, PGUSER, SECRETS.
set -eu
ready=$1/ready
PGPASSWORD=$(cat "$SECRETS/postgres")
export PGPASSWORD
sql() { psql -AtXq -v ON_ERROR_STOP=1 -d postgres "$@"; }

# Most of them exist already, which is no fault.
psql -Xq -d postgres -f "$ready/roles.sql" >/dev/null 2>&1 || true
while read -r name owner; do
  echo "reading $name ..."
  sql -c "DROP DATABASE IF EXISTS ${name}__restoring WITH (FORCE)"
  sql -c "CREATE DATABASE ${name}__restoring OWNER $owner TEMPLATE template0"
  sql -c "REVOKE ALL ON DATABASE ${name}__restoring FROM PUBLIC"
  pg_restore --exit-on-error --dbname="${name}__restoring" "$ready/$name.dump" </dev/null
done <"$ready/databases"

while read -r name owner; do
  sql -c "DROP DATABASE IF EXISTS ${name}__before WITH (FORCE)"
done <"$ready/databases"
swap() {
  echo 'BEGIN;'
  while read -r name owner; do
    echo "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '$name' \\g /dev/null"
    echo "SELECT 'ALTER DATABASE $name RENAME TO ${name}__before' FROM pg_database WHERE datname = '$name' \\gexec"
    echo "ALTER DATABASE ${name}__restoring RENAME TO $name;"
  done <"$ready/databases"
  echo 'COMMIT;'
}
# Somebody who comes back between two lines makes it fail as a whole.
for try in 1 2 3 4 5; do
  if swap | sql; then
    echo "restored; what was there before is in the databases named ..__before"
    exit 0
  fi
  echo "somebody was still inside at attempt $try" >&2
done
exit 1
