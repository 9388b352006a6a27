#!/usr/bin/env bash
# Runs one OpenSearch node in the foreground; it answers on 127.0.0.1:PORT after about 10 s and takes about 430 MB.
# usage: start-opensearch.sh ENGINE_FOLDER DATA_FOLDER [PORT]   (9201 by default, at most 9299; stop it by its process id)
# OPENSEARCH_PLUGINS=none leaves the k-NN plugin out, as a cluster that somebody set up without it.
set -euo pipefail
engine=$(cd "$1" && pwd)
data=$(mkdir -p "$2" && cd "$2" && pwd)
port=${3:-9201}
plugins=(-pluginTypes org.opensearch.knn.plugin.KNNPlugin)
if [ "${OPENSEARCH_PLUGINS:-}" = none ]; then plugins=(); fi
# A node that finds the folder of an earlier one waits for a peer that is gone.
rm -rf "$data/node"
cd "$engine"
# The runner numbers its nodes from 1 and adds the number to the port. Nodes of one cluster name find each other and join.
exec java --add-modules jdk.incubator.vector -Xms512m -Xmx1g -cp 'lib/*:knn/*' \
  org.codelibs.opensearch.runner.OpenSearchRunner -basePath "$data/node" -numOfNode 1 \
  -baseHttpPort "$((port - 1))" -clusterName "alone-on-$port" ${plugins[@]+"${plugins[@]}"}
