#!/bin/sh
# Pulls the models that the list of the step before names, one a line: pull.sh LIST   Environment: OLLAMA_HOST, OLLAMA_MODELS
set -eu
[ -s "$1" ] || { echo "S3 holds every model; nothing to pull." && exit 0; }
ollama serve &
server=$!
trap 'kill "$server"' EXIT
tries=0
until ollama list >/dev/null 2>&1; do
  tries=$((tries + 1))
  [ "$tries" -lt 120 ] || { echo "Ollama did not start in two minutes." >&2 && exit 1; }
  sleep 1
done
while read -r model; do
  echo "pulling $model"
  ollama pull "$model"
done <"$1"
