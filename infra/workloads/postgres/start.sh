#!/bin/sh
# Starts PostgreSQL on its volume. The first start makes the folder of databases, every start gives the administrator the
# password that the secret holds now. Environment: PGDATA, SECRETS (a folder with a file for each role), SOCKETS.
# More settings may follow as arguments.
set -eu
umask 077
password=$(cat "$SECRETS/postgres")
case $password in
  '' | *[!A-Za-z0-9_-]*)
    echo "The administrator's password must have letters, digits, '-' and '_' only; write it with make secrets." >&2
    exit 1
    ;;
esac

# Made beside its place and moved there when it is whole: what a killed first start left is no database.
if [ ! -d "$PGDATA" ]; then
  rm -rf "$PGDATA.half"
  initdb --pgdata="$PGDATA.half" --username=postgres --pwfile="$SECRETS/postgres" --auth=scram-sha-256 \
    --encoding=UTF8 --locale=C.UTF-8 --data-checksums >/dev/null
  echo 'host all all all scram-sha-256' >>"$PGDATA.half/pg_hba.conf"
  mv "$PGDATA.half" "$PGDATA"
fi

held=$(cat "$PGDATA/PG_VERSION")
if ! postgres --version | grep -q "PostgreSQL) $held\b"; then
  echo "The volume holds databases of PostgreSQL $held and this is $(postgres --version). Nothing was changed;" \
    "docs/runbooks/restore-database.md tells how to move them." >&2
  exit 1
fi
# The volume's group is the pod's, which the server would refuse.
chmod 0700 "$PGDATA"
# Without a network and without anybody else: so a lost password is no lost database.
printf "ALTER ROLE postgres PASSWORD '%s'\n" "$password" |
  postgres --single -D "$PGDATA" -k "$SOCKETS" postgres >/dev/null
unset password
exec postgres -D "$PGDATA" -k "$SOCKETS" "$@"
