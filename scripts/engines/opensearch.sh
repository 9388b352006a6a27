#!/usr/bin/env bash
# Fetches OpenSearch 2.19.1 with its k-NN plugin (lucene engine) from Maven Central: about a minute.
# usage: opensearch.sh FOLDER   (leaves FOLDER/lib and FOLDER/knn; start-opensearch.sh runs them)
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
dest=$(mkdir -p "$1" && cd "$1" && pwd)
plugin=org.opensearch.plugin:opensearch-knn:2.19.1.0:zip
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mvn -q -B -f "$here/opensearch-pom.xml" dependency:copy-dependencies -DoutputDirectory="$work/lib"
# Without a project of its own, Maven leaves its markers in the folder where it runs.
(cd "$work" && mvn -q -B dependency:unpack -Dartifact="$plugin" -DoutputDirectory="$work/knn")
# Moved into place last: an interrupted fetch leaves nothing that looks complete.
rm -rf "${dest:?}/lib" "${dest:?}/knn"
mv "$work/lib" "$work/knn" "$dest/"
