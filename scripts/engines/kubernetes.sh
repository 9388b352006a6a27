#!/usr/bin/env bash
# Builds a Kubernetes control plane, etcd and kwok (nodes that pretend) from the Go module proxy: about 7 minutes on 2 cores.
# usage: kubernetes.sh FOLDER [PROGRAM...]   (all programs below when none is named)
set -euo pipefail
dest=$(mkdir -p "$1" && cd "$1" && pwd)
shift
kubernetes=1.36.1 etcd=v3.6.4 kwok=v0.8.0
programs=("$@")
[ ${#programs[@]} -gt 0 ] || programs=(kube-apiserver kube-controller-manager kube-scheduler kubectl etcd kwok kwokctl)
# Every staging module lives in the kubernetes repository itself; go.mod points at folders, which the proxy does not have.
staging="api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider cluster-bootstrap code-generator
  component-base component-helpers controller-manager cri-api cri-client cri-streaming csi-translation-lib
  dynamic-resource-allocation endpointslice externaljwt kms kube-aggregator kube-controller-manager kube-proxy kube-scheduler
  kubectl kubelet metrics mount-utils pod-security-admission sample-apiserver sample-cli-plugin sample-controller streaming"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export CGO_ENABLED=0

build_kubernetes() {
  [ -d "$work/kubernetes" ] || {
    mkdir "$work/kubernetes" && cd "$work/kubernetes"
    go mod init engines/kubernetes
    go mod edit -require "k8s.io/kubernetes@v$kubernetes"
    for module in $staging; do
      go mod edit -replace "k8s.io/$module=k8s.io/$module@v0.${kubernetes#1.}"
    done
    printf '//go:build tools\npackage tools\nimport _ "k8s.io/kubernetes/cmd/%s"\n' "$1" > tools.go
  }
  cd "$work/kubernetes"
  local about=k8s.io/component-base/version minor=${kubernetes#1.}
  # Without a version the control plane calls itself v0.0.0 and refuses to start.
  GOFLAGS=-mod=mod go build -p 2 -o "$dest/$1" \
    -ldflags "-s -w -X $about.gitVersion=v$kubernetes -X $about.gitMajor=1 -X $about.gitMinor=${minor%%.*}" \
    "k8s.io/kubernetes/cmd/$1"
}

build_etcd() {
  mkdir "$work/etcd" && cd "$work/etcd"
  go mod init engines/etcd
  printf '//go:build tools\npackage tools\nimport _ "go.etcd.io/etcd/server/v3"\n' > tools.go
  go get "go.etcd.io/etcd/server/v3@$etcd"
  go build -o "$dest/etcd" go.etcd.io/etcd/server/v3
}

for program in "${programs[@]}"; do
  case $program in
    kube-apiserver | kube-controller-manager | kube-scheduler | kubectl) build_kubernetes "$program" ;;
    etcd) build_etcd ;;
    kwok | kwokctl) GOBIN=$dest go install "sigs.k8s.io/kwok/cmd/$program@$kwok" ;;
    *) echo "kubernetes.sh: unknown program '$program'" >&2 && exit 2 ;;
  esac
done
