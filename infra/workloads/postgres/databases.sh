#!/bin/sh
# Gives each application a role and a database of its own, and the role the password that its secret holds now:
# databases.sh NAME ...   Environment: PGHOST, PGPORT, PGUSER, SECRETS. Runs again without harm.
set -eu
PGPASSWORD=$(cat "$SECRETS/${ADMIN_SECRET:-postgres}")
export PGPASSWORD NAME
tries=0
until pg_isready -q -d postgres; do
  tries=$((tries + 1))
  [ "$tries" -lt 300 ] || { echo "The database at $PGHOST did not answer in five minutes." >&2 && exit 1; }
  sleep 1
done
for NAME in "$@"; do
  # From a file and not from the command line, which every process of the pod can read.
  psql -AtXq -d postgres <<'SQL'
SET log_min_error_statement = panic;
\set ON_ERROR_STOP on
\getenv name NAME
\set password `cat "$SECRETS/$NAME"`
SELECT format('CREATE ROLE %I LOGIN', :'name') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
ALTER ROLE :"name" PASSWORD :'password';
-- An administrator that is no superuser, as on RDS, may give away only what it could be itself.
SELECT format('GRANT %I TO CURRENT_USER', :'name') WHERE NOT pg_has_role(:'name', 'USAGE') \gexec
SELECT format('CREATE DATABASE %I OWNER %I TEMPLATE template0 ENCODING ''UTF8''', :'name', :'name')
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'name') \gexec
\connect :"name"
CREATE EXTENSION IF NOT EXISTS vector;
SQL
  echo "$NAME has its database"
done
