#!/bin/bash
# What the units of a chat machine do: one word for each. Only the machine itself speaks with AWS; its containers cannot reach the
# machine's credentials, which are one hop too far away.
set -euo pipefail
umask 077

# shellcheck source=/dev/null
. "${CHAT_SETTINGS:-/etc/genai-ops/settings}"
home=${CHAT_HOME:-/var/lib/chat}
memory=${CHAT_MEMORY:-/run/chat}
accounts=$home/accounts
models=$home/models

# How accounts and chats come and stay: restore, save, own_values, webui_options, take_turn, hold_turn.
# shellcheck source=/dev/null
. "${CHAT_ACCOUNTS:-/opt/genai-ops/accounts.sh}"

machine() {
    cat "${CHAT_INSTANCE:-/var/lib/cloud/data/instance-id}"
}

# The options of a container whose lines go to CloudWatch, where that is wanted. Its own stream; lines are lost rather than waited for.
lines_of() {
    if [ -n "$LOG_GROUP" ]; then
        printf '%s\n' --log-driver=awslogs "--log-opt=awslogs-region=$REGION" "--log-opt=awslogs-group=$LOG_GROUP" \
            "--log-opt=awslogs-stream=$CHAT_NAME/$(machine)/$1" --log-opt=mode=non-blocking
    fi
}

secret() {
    aws secretsmanager get-secret-value --region "$REGION" --secret-id "$1" --query SecretString --output text
}

# Into memory, anew at each start: not on the disk, not in user data, not on a command line.
read_secrets() {
    mkdir -p "$memory"
    {
        secret "$OWN_SECRET" | python3 -c 'import json, sys
own = json.load(sys.stdin)
print("WEBUI_SECRET_KEY=" + own["secretKey"])
print("WEBUI_ADMIN_PASSWORD=" + own["adminPassword"])'
        own_values
    } >"$memory/open-webui.env"
}

run_ollama() {
    local options
    mapfile -t options < <(lines_of ollama)
    mkdir -p "$models"
    exec docker run --rm --name ollama --network chat --gpus all --security-opt no-new-privileges \
        --ulimit nofile=1048576:1048576 --volume "$models:/root/.ollama/models" --env OLLAMA_KEEP_ALIVE=24h \
        "${options[@]}" "$OLLAMA_IMAGE"
}

run_webui() {
    local options
    mapfile -t options < <(lines_of open-webui && webui_options)
    take_turn
    exec docker run --rm --name open-webui --network chat --publish "$PORT:8080" --security-opt no-new-privileges \
        --ulimit nofile=1048576:1048576 --volume "$accounts:/app/backend/data" --env-file "$memory/open-webui.env" \
        --env "WEBUI_ADMIN_EMAIL=$ADMIN" --env "ENABLE_SIGNUP=$SIGNUP" --env DEFAULT_USER_ROLE=pending \
        --env OLLAMA_BASE_URL=http://ollama:11434 --env ENABLE_OPENAI_API=false --env RAG_EMBEDDING_ENGINE=ollama \
        --env ANONYMIZED_TELEMETRY=false --env DO_NOT_TRACK=true \
        "${options[@]}" "$OPEN_WEBUI_IMAGE"
}

# Each model from the bucket, else from Ollama's library and then into the bucket: blobs before the manifests that name them.
fetch_models() {
    local cache="s3://$MODEL_BUCKET/$MODEL_PREFIX" model fetched=
    until docker exec ollama ollama list >/dev/null 2>&1; do sleep 1; done
    for part in blobs manifests; do
        aws s3 sync --region "$REGION" --only-show-errors "$cache$part" "$models/$part"
    done
    for model in $CHAT_MODELS; do
        if ! docker exec ollama ollama show "$model" >/dev/null 2>&1; then
            docker exec ollama ollama pull "$model" >/dev/null
            fetched=yes
        fi
    done
    if [ -n "$fetched" ]; then
        for part in blobs manifests; do
            aws s3 sync --region "$REGION" --only-show-errors --exclude '*-partial*' "$models/$part" "$cache$part"
        done
    fi
}

# Tells the scaling group once Open WebUI answers and the models are there. At a plain restart nobody waits for it.
ready() {
    until curl --fail --silent --output /dev/null "http://127.0.0.1:$PORT/health"; do sleep 2; done
    aws autoscaling complete-lifecycle-action --region "$REGION" --auto-scaling-group-name "$CHAT_NAME" \
        --lifecycle-hook-name "$HOOK" --instance-id "$(machine)" --lifecycle-action-result CONTINUE ||
        echo "the scaling group waits for nothing"
}

case "${1:-}" in
secrets) read_secrets ;;
ollama) run_ollama ;;
webui) run_webui ;;
models) fetch_models ;;
restore | save | ready | hold_turn) "$1" ;;
*)
    echo "usage: chat.sh secrets|ollama|webui|models|restore|save|ready|hold_turn" >&2
    exit 2
    ;;
esac
