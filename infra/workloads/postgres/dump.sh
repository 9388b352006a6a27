#!/bin/sh
# Writes a dump of every database into FOLDER/ready, whole or not at all: dump.sh FOLDER
# Environment: PGHOST, PGPORT, PGUSER, SECRETS.
set -eu
umask 077
half=$1/half ready=$1/ready
PGPASSWORD=$(cat "$SECRETS/postgres")
export PGPASSWORD
rm -rf "$half" "$ready"
mkdir -p "$half"
# Passwords stay in Secrets Manager: databases.sh gives them again.
pg_dumpall --roles-only --no-role-passwords >"$half/roles.sql"
# `postgres` is where administrators enter, and what a restore leaves behind is no data of now.
psql -AtXq -F ' ' -v ON_ERROR_STOP=1 -d postgres >"$half/databases" <<'SQL'
SELECT datname, pg_get_userbyid(datdba) FROM pg_database
WHERE NOT datistemplate AND datname <> 'postgres' AND datname !~ '__(before|restoring)$' ORDER BY datname;
SQL
while read -r name owner; do
  case $name$owner in
    *[!a-z0-9_]*)
      echo "The database $name of $owner cannot be dumped: only a-z, 0-9 and _ may be in these names." >&2
      exit 1
      ;;
  esac
  pg_dump --format=custom --file="$half/$name.dump" --dbname="$name"
done <"$half/databases"
mv "$half" "$ready"
