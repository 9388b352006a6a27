#!/usr/bin/env bash
# Runs one OpenSearch node in the foreground; it answers on 127.0.0.1:9201 after about 10 s and takes about 430 MB.
# usage: start-opensearch.sh ENGINE_FOLDER DATA_FOLDER   (stop it by its process id)
set -euo pipefail
engine=$(cd "$1" && pwd)
data=$(mkdir -p "$2" && cd "$2" && pwd)
# A node that finds the folder of an earlier one waits for a peer that is gone.
rm -rf "$data/node"
cd "$engine"
exec java --add-modules jdk.incubator.vector -Xms512m -Xmx1g -cp 'lib/*:knn/*' \
  org.codelibs.opensearch.runner.OpenSearchRunner -basePath "$data/node" -numOfNode 1 \
  -pluginTypes org.opensearch.knn.plugin.KNNPlugin
