"""Stand-in for kubectl: lists objects of one context of the kubeconfig, as far as the look at a laptop asks for them.

What the program makes of the real one's answers is proved on a real API server, in tests/engines/test_local_look.py.
"""

import argparse
import json
import sys
from typing import Any

from .cloud import Cloud
from .kubernetes import cluster_of, contexts

KINDS = {
    "configmaps": "ConfigMap", "deployments": "Deployment.apps", "jobs": "Job.batch", "limitranges": "LimitRange",
    "namespaces": "Namespace", "networkpolicies": "NetworkPolicy.networking.k8s.io", "nodes": "Node",
    "persistentvolumeclaims": "PersistentVolumeClaim", "poddisruptionbudgets": "PodDisruptionBudget.policy",
    "priorityclasses": "PriorityClass.scheduling.k8s.io", "resourcequotas": "ResourceQuota", "secrets": "Secret",
    "serviceaccounts": "ServiceAccount", "services": "Service",
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--context", required=True)
    parser.add_argument("--request-timeout")
    parser.add_argument("verb", choices=["get"])
    parser.add_argument("kinds")
    parser.add_argument("-n", dest="namespace", default="")
    parser.add_argument("-l", dest="labels", default="")
    parser.add_argument("-o", dest="output", choices=["json", "name"], required=True)
    given = parser.parse_args()
    if given.context not in contexts():
        sys.stderr.write(f'error: context "{given.context}" does not exist\n')
        return 1
    found = [
        (kind, item)
        for kind in given.kinds.split(",")
        for item in _objects(given.context, KINDS[kind].split(".")[0], given.namespace)
        if _labelled(item, given.labels)
    ]
    if given.output == "json":
        print(json.dumps({"kind": "List", "items": [item for _, item in found]}))
    for kind, item in found if given.output == "name" else ():
        print(f"{KINDS[kind].lower()}/{item['metadata']['name']}")
    return 0


def _objects(context: str, kind: str, namespace: str) -> list[dict[str, Any]]:
    beginning = f"{cluster_of(context)}|{kind}|"
    return [
        item["inputs"]
        for key, item in Cloud().objects().items()
        if key.startswith(beginning) and item["inputs"]["metadata"].get("namespace", "") == namespace
    ]


def _labelled(item: dict[str, Any], wanted: str) -> bool:
    labels = item["metadata"].get("labels") or {}
    return all(
        labels.get(pair.partition("=")[0]) == pair.partition("=")[2] for pair in wanted.split(",") if pair
    )


if __name__ == "__main__":
    sys.exit(main())
