"""Stand-in for pulumi-resource-kubernetes: checks shapes and that the cluster is there; the objects themselves meet a real
API server in tests/engines, which applies what this provider recorded.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

from pulumi.runtime.proto import provider_pb2_grpc

from .cloud import Cloud, Refused
from .provider import ResourceProvider
from .serving import serve
from .wire import UNKNOWN, name_of

_CLUSTER_SCOPED = (
    *("Namespace", "ClusterRole", "ClusterRoleBinding", "StorageClass", "PersistentVolume", "PriorityClass"),
    *("CustomResourceDefinition", "IngressClass", "RuntimeClass", "ValidatingWebhookConfiguration"),
)
_ALWAYS_THERE = ("default", "kube-system", "kube-public", "kube-node-lease")
# Their creation waits until pods run, and pods need a node.
_AWAITED = ("Deployment", "StatefulSet", "Job", "Pod")
_FIXED = {
    "Deployment": ("spec.selector",),
    "StatefulSet": ("spec.selector", "spec.serviceName", "spec.volumeClaimTemplates"),
    "Job": ("spec.template", "spec.selector", "spec.completions"),
    "ConfigMap": ("data", "binaryData"),
    "Secret": ("data", "stringData", "type"),
    "PersistentVolumeClaim": ("spec",),
    "StorageClass": ("provisioner", "parameters", "volumeBindingMode", "reclaimPolicy"),
    "RoleBinding": ("roleRef",),
    "ClusterRoleBinding": ("roleRef",),
}


class Kubernetes(ResourceProvider):
    """Objects of one cluster: the `aws:eks/cluster:Cluster` that the kubeconfig's server belongs to, or the one of a context."""

    package = "kubernetes"
    version = "4.34.2"

    def complete(self, token: str, urn: str, inputs: dict[str, Any], olds: dict[str, Any]) -> dict[str, Any]:
        metadata = inputs.setdefault("metadata", {})
        if isinstance(metadata, dict) and not metadata.get("name") and not metadata.get("generateName"):
            old = (olds.get("metadata") or {}).get("name")
            metadata["name"] = old or f"{name_of(urn)}-{hashlib.sha1(urn.encode()).hexdigest()[:8]}"
        return inputs

    def objections(self, token: str, inputs: dict[str, Any]) -> list[tuple[str, str]]:
        return []

    def comparable(self, token: str, inputs: dict[str, Any]) -> dict[str, Any]:
        return inputs

    def replaced_by(
        self, token: str, changed: list[str], olds: dict[str, Any], news: dict[str, Any]
    ) -> list[str]:
        fixed = ["metadata.name", "metadata.namespace", *_FIXED.get(token.split(":")[-1], ())]
        different = {path.split(".")[0] for path in fixed if _dig(olds, path) != _dig(news, path)}
        return [key for key in changed if key in different]

    def takes_its_name(self, olds: dict[str, Any], news: dict[str, Any]) -> bool:
        """As in the published provider: of an object whose name and namespace the program gave."""
        return all(_dig(olds, path) == _dig(news, path) for path in ("metadata.name", "metadata.namespace"))

    def create(self, token: str, urn: str, inputs: dict[str, Any]) -> tuple[str, dict[str, Any]]:
        kind, id = token.split(":")[-1], _id(token, inputs)
        with self.cloud.changing() as content:
            objects = content["objects"]
            cluster = self._cluster(objects)
            self._refuse_creation(kind, inputs, objects, cluster)
            if (key := _key(cluster, kind, id)) in objects:
                raise Refused(f'AlreadyExists: {kind.lower()}s "{id}" already exists')
            item = {"type": token, "urn": urn, "inputs": inputs, "outputs": inputs, "owner": cluster}
            objects[key] = item
        return id, inputs

    def _refuse_creation(
        self, kind: str, inputs: dict[str, Any], objects: dict[str, Any], cluster: str
    ) -> None:
        space = inputs["metadata"].get("namespace")
        if space and space not in _ALWAYS_THERE and _key(cluster, "Namespace", space) not in objects:
            raise Refused(f'NotFound: namespaces "{space}" not found')
        annotations = inputs["metadata"].get("annotations") or {}
        if (
            kind in _AWAITED
            and annotations.get("pulumi.com/skipAwait") != "true"
            and not _has_nodes(objects, cluster)
        ):
            raise Refused(f"{kind} timed out waiting to be Ready: 0/0 nodes are available")

    def read(
        self, token: str, urn: str, id: str, inputs: dict[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Any]] | None:
        objects = self.cloud.objects()
        item = objects.get(_key(self._cluster(objects), token.split(":")[-1], id))
        if item is None:
            return None
        # An import has no inputs to go by, so it brings all that the cluster holds.
        return (item["inputs"] if inputs else _as_it_stands(token.split(":")[-1], item["inputs"])), item[
            "outputs"
        ]

    def update(
        self, token: str, urn: str, id: str, olds: dict[str, Any], news: dict[str, Any]
    ) -> dict[str, Any]:
        with self.cloud.changing() as content:
            objects = content["objects"]
            item = objects.get(_key(self._cluster(objects), token.split(":")[-1], id))
            if item is None:
                raise Refused(f"NotFound: {token} {id!r}")
            item["inputs"] = item["outputs"] = news
        return news

    def delete(self, token: str, urn: str, id: str, state: dict[str, Any]) -> None:
        kind = token.split(":")[-1]
        with self.cloud.changing() as content:
            objects = content["objects"]
            cluster = self._cluster(objects)
            objects.pop(_key(cluster, kind, id), None)
            if kind == "Namespace":
                for key in [
                    key
                    for key in objects
                    if key.startswith(f"{cluster}|") and key.split("|")[2].startswith(f"{id}/")
                ]:
                    del objects[key]

    def _cluster(self, objects: dict[str, Any]) -> str:
        if context := self.config.get("context"):
            if context not in contexts():
                raise Refused(
                    f'configured Kubernetes cluster is unreachable: context "{context}" does not exist'
                )
            return cluster_of(context)
        text = self.config.get("kubeconfig")
        if not text or text == UNKNOWN:
            raise Refused("configured Kubernetes cluster is unreachable: the provider has no kubeconfig")
        config = text if isinstance(text, dict) else json.loads(text)
        server = config["clusters"][0]["cluster"]["server"]
        for id, item in objects.items():
            if item["type"] == "aws:eks/cluster:Cluster" and item["outputs"]["endpoint"] == server:
                return id
        raise Refused(f"configured Kubernetes cluster is unreachable: unable to connect to {server}")


def contexts() -> list[str]:
    """Of the user's kubeconfig."""
    path = os.environ.get("KUBECONFIG")
    return [entry["name"] for entry in json.loads(Path(path).read_text())["contexts"]] if path else []


def cluster_of(context: str) -> str:
    return f"context {context}"


def _as_it_stands(kind: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """With what a cluster writes into an object itself."""
    live = json.loads(json.dumps(inputs))
    if kind == "Namespace":
        live["spec"] = {"finalizers": ["kubernetes"]}
        live["metadata"].setdefault("labels", {})["kubernetes.io/metadata.name"] = live["metadata"]["name"]
    if kind == "PersistentVolumeClaim":
        live["spec"] |= {"volumeName": "pvc-0f3a", "storageClassName": "standard", "volumeMode": "Filesystem"}
        live["metadata"].setdefault("annotations", {})["pv.kubernetes.io/bind-completed"] = "yes"
    if kind == "Secret":
        live.setdefault("type", "Opaque")
    return live


def _has_nodes(objects: dict[str, Any], cluster: str) -> bool:
    if any(key.startswith(f"{cluster}|Node|") for key in objects):
        return True
    groups = [item for item in objects.values() if item["type"] == "aws:eks/nodeGroup:NodeGroup"]
    return any(item["inputs"]["clusterName"] == cluster for item in groups)


def _key(cluster: str, kind: str, id: str) -> str:
    return f"{cluster}|{kind}|{id}"


def _id(token: str, inputs: dict[str, Any]) -> str:
    name = inputs["metadata"]["name"]
    if token.split(":")[-1] in _CLUSTER_SCOPED:
        return name
    return f"{inputs['metadata'].get('namespace', 'default')}/{name}"


def _dig(value: Any, path: str) -> Any:
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


if __name__ == "__main__":
    serve(
        lambda server: provider_pb2_grpc.add_ResourceProviderServicer_to_server(Kubernetes(Cloud()), server)
    )
