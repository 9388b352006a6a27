#!/usr/bin/env bash
# Builds the engines that `make test-engines` runs on: Pulumi, a Kubernetes control plane with kwok, OpenSearch.
# usage: build.sh [pulumi] [kubernetes] [opensearch]   (all three when none is named)
#
# They go to $GENAI_ENGINES, by default the user's cache folder: programs to bin/, OpenSearch to opensearch/. What is there in
# the right version, or on PATH where that is as good, is not built again.
# Exit code: 0 when everything is there or what is missing could not be built for want of Go or Java (said in one line each; the
# tests that need it are then skipped), 1 when a build failed, 2 for a wrong argument.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
engines=${GENAI_ENGINES:-${XDG_CACHE_HOME:-$HOME/.cache}/genai-ops/engines}
bin=$engines/bin
mkdir -p "$bin" "$engines/stamps"
failed=0

say() { printf '%-24s %s\n' "$1" "$2"; }
has() { command -v "$1" > /dev/null 2>&1; }

# Whether program $1 in bin/ is version $2: by its stamp, or by what it says itself when something else put it there.
is_built() {
  [ -x "$bin/$1" ] || return 1
  [ "$(cat "$engines/stamps/$1" 2> /dev/null)" = "$2" ] && return 0
  case $1 in
    pulumi) "$bin/pulumi" version ;;
    kubectl) "$bin/kubectl" version --client ;;
    *) "$bin/$1" --version ;;
  esac 2> /dev/null | grep -qF "$2" && echo "$2" > "$engines/stamps/$1"
}

# build NAME VERSION COMMAND...: run a build script, tell how it went, stamp what it made.
build() {
  local name=$1 version=$2
  shift 2
  say "$name" "building $version, output in $engines/$name.log"
  if "$@" > "$engines/$name.log" 2>&1; then
    echo "$version" > "$engines/stamps/$name"
    say "$name" "built"
  else
    say "$name" "FAILED, the last lines of $engines/$name.log:" >&2
    tail -n 5 "$engines/$name.log" >&2
    failed=1
  fi
}

# Pulumi.yaml asks for 3.252.0 or later; an older one on PATH is left alone and not used.
suits() {
  local found=${1#v} major minor
  major=${found%%.*} && minor=${found#*.} && minor=${minor%%.*}
  [ "$major" = 3 ] && [ "$minor" -ge 252 ] 2> /dev/null
}

want_pulumi() {
  local version=3.259.0 found
  if is_built pulumi "$version"; then
    say pulumi "$version is there"
  elif has pulumi && found=$(pulumi version 2> /dev/null) && suits "$found"; then
    say pulumi "$found on PATH is used"
  elif ! has go; then
    say pulumi "skipped: Go 1.25 or later is missing (https://go.dev/dl), so the tests of the Pulumi program will be skipped"
  else
    build pulumi "$version" "$here/pulumi.sh" "$bin"
  fi
}

want_kubernetes() {
  local kubernetes=1.36.1 etcd=3.6.4 kwok=0.8.0 program version
  if ! has go && ! [ -x "$bin/kube-apiserver" ]; then
    say kubernetes "skipped: Go 1.25 or later is missing (https://go.dev/dl), so the tests on a real API server will be skipped"
    return
  fi
  for program in kube-apiserver kube-controller-manager kube-scheduler kubectl etcd kwok kwokctl; do
    case $program in etcd) version=$etcd ;; kwok*) version=$kwok ;; *) version=$kubernetes ;; esac
    if is_built "$program" "$version"; then
      say "$program" "$version is there"
    elif [ "$program" = kubectl ] && has kubectl; then
      say kubectl "the one on PATH is used"
    else
      build "$program" "$version" "$here/kubernetes.sh" "$bin" "$program"
    fi
  done
}

want_opensearch() {
  local version=2.19.1
  if [ -n "${OPENSEARCH_URL:-}" ]; then
    say opensearch "the one at OPENSEARCH_URL is used"
  elif [ -d "$engines/opensearch/knn" ] && [ -d "$engines/opensearch/lib" ]; then
    say opensearch "$version is there"
  elif ! has java || ! has mvn; then
    say opensearch "skipped: Java 17 and Maven are missing, so the tests on a real OpenSearch will be skipped"
  else
    build opensearch "$version" "$here/opensearch.sh" "$engines/opensearch"
  fi
}

[ $# -gt 0 ] || set -- pulumi kubernetes opensearch
for engine in "$@"; do
  case $engine in
    pulumi) want_pulumi ;;
    kubernetes) want_kubernetes ;;
    opensearch) want_opensearch ;;
    *)
      echo "build.sh: unknown engine '$engine'; known are pulumi, kubernetes and opensearch" >&2
      exit 2
      ;;
  esac
done
exit $failed
