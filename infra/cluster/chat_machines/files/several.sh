#!/bin/bash
# What chat.sh does on one of several machines: accounts and chats are in PostgreSQL, files of chats in S3, for all of them.
# shellcheck disable=SC2154  # memory and accounts are set by chat.sh, which reads this file.

# The one folder of memory that Open WebUI sees. Its administrator may run programs in there: no password of the database's
# administrator, no key of the machine's.
inside=$memory/inside

export PGHOST=$DATABASE_HOST PGSSLMODE=verify-full PGSSLROOTCERT=$inside/rds.pem

# The certificates by which the server is known, and a role and a database on it.
restore() {
    mkdir -p "$accounts" "$inside" "$memory/passwords"
    curl --fail --silent --show-error --proto =https --retry 5 --max-time 30 --output "$inside/rds.pem" "$TRUST"
    python3 -c 'import ssl, sys
ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(sys.argv[1])' "$inside/rds.pem"
    printf '[default]\ncredential_process = cat /run/chat/uploads.json\n' >"$inside/config"
    renew
    secret "$DATABASE_SECRET" >"$memory/passwords/$DATABASE_ROLE"
    if [ -n "$ADMIN_SECRET" ]; then make_database; fi
}

# With Kubernetes its job does this. Two machines that do it at once may meet, and the second time nothing is left to do.
make_database() {
    local tries=0
    secret "$ADMIN_SECRET" | python3 -c 'import json, sys
print(json.load(sys.stdin)["password"], end="")' >"$memory/passwords/postgres"
    until PGUSER=postgres SECRETS=$memory/passwords sh "${CHAT_DATABASES:-/opt/genai-ops/databases.sh}" "$DATABASE_ROLE"; do
        tries=$((tries + 1))
        [ "$tries" -lt 5 ] || return 1
        sleep 5
    done
    rm "$memory/passwords/postgres"
}

# Every five minutes. There is nothing to save here, but an hour's right to the files of chats to renew.
save() {
    if [ -d "$inside" ]; then renew; fi
}

# Of a role that reaches these files and nothing else; its holder in the container asks for it anew before it runs out.
renew() {
    aws sts assume-role --region "$REGION" --role-arn "$UPLOADS_ROLE" --role-session-name "$(machine)" \
        --query Credentials --output json | python3 -c 'import json, sys
given = json.load(sys.stdin)
names = ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")
print(json.dumps({"Version": 1, **{name: given[name] for name in names}}))' >"$inside/uploads.new"
    mv "$inside/uploads.new" "$inside/uploads.json"
}

own_values() {
    python3 - "$DATABASE_ROLE" "$DATABASE_HOST" "$memory/passwords/$DATABASE_ROLE" <<'PYTHON'
import sys, urllib.parse
role, host, file = sys.argv[1:]
password = urllib.parse.quote(open(file).read().strip(), safe="")
print(f"DATABASE_URL=postgresql://{role}:{password}@{host}:5432/{role}?sslmode=verify-full&sslrootcert=/run/chat/rds.pem")
PYTHON
}

# The environment alone counts, or what somebody changes on the admin pages would hold on one machine. A file goes to the model
# whole: there is no index beside the one machine's.
webui_options() {
    printf '%s\n' --volume "$inside:/run/chat:ro" --env AWS_CONFIG_FILE=/run/chat/config --env AWS_EC2_METADATA_DISABLED=true \
        --env STORAGE_PROVIDER=s3 --env "S3_BUCKET_NAME=$DATA_BUCKET" --env "S3_REGION_NAME=$REGION" \
        --env "S3_KEY_PREFIX=$UPLOADS_PREFIX" --env VECTOR_DB=pgvector --env ENABLE_PERSISTENT_CONFIG=false \
        --env BYPASS_EMBEDDING_AND_RETRIEVAL=true
}

# One after another: a start brings tables up to date and makes the first account, and two at once would do it twice. The lock
# goes with the connection that holds it, whatever becomes of this machine.
take_turn() {
    rm -f "$memory/turn"
    PGUSER=$DATABASE_ROLE PGDATABASE=$DATABASE_ROLE PGPASSWORD=$(cat "$memory/passwords/$DATABASE_ROLE") \
        psql -AtXq -v ON_ERROR_STOP=1 -c 'SELECT pg_advisory_lock(8080)' -c "\\! bash $0 hold_turn" >/dev/null &
    while [ ! -e "$memory/turn" ]; do
        sleep 1
        if [ ! -e "$memory/turn" ] && ! kill -0 "$!" 2>/dev/null; then return 1; fi
    done
}

# Until Open WebUI answers, and five minutes at most.
hold_turn() {
    touch "$memory/turn"
    for _ in $(seq 150); do
        if curl --fail --silent --output /dev/null "http://127.0.0.1:$PORT/health"; then return; fi
        sleep 2
    done
}
