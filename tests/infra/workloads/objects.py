"""The Kubernetes objects of a configuration, to look at by kind and name."""

from typing import Any

from infra.rehearsal import Declared

from ..program import declared

SHARED = (
    ("search", "opensearch"),
    ("ragReplicas", "2"),
    ("ragMaxReplicas", "4"),
    ("workerMaxReplicas", "3"),
    ("consoleTenant", "acme"),
)
MORE = (("apps", '["coldmail", "devops"]'),)
MONITORED = (
    ("monitoring", "cluster"),
    ("grafanaSecretArn", "arn:aws:secretsmanager:us-east-1:111122223333:secret:grafana-AbCdEf"),
)
CHAT = (
    ("ollama", "cluster"),
    ("gpu", "spot"),
    ("autoscaler", "true"),
    ("chatModel", "ollama"),
    ("database", "cluster"),
    ("openWebuiTenant", "acme"),
    ("openWebuiAdmin", "ops@example.org"),
    ("openWebuiSecretArn", "arn:aws:secretsmanager:us-east-1:111122223333:secret:open-webui-AbCdEf"),
)
RENDERED = (*MORE, ("rendering", "cluster"))
TRACKED = (("database", "cluster"), ("mlflow", "cluster"), ("airflow", "cluster"))
THREE = (*SHARED, ("openSearchNodes", "3"), ("nodeCount", "3"), ("nodeMaxCount", "6"))


def every(kind: str, *changes: tuple[str, str]) -> dict[str, Declared]:
    """By name; components left out."""
    found = (item for item in declared("dev", *changes) if not item.component)
    return {item.name: item for item in found if item.kind.split(":")[-1] == kind}


def spec(kind: str, name: str, *changes: tuple[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = every(kind, *changes)[name].inputs["spec"]
    return found


def pod_of(item: Declared) -> dict[str, Any]:
    """The pod that a Deployment, StatefulSet, Job or CronJob makes."""
    inside: dict[str, Any] = item.inputs["spec"]
    if "jobTemplate" in inside:
        inside = inside["jobTemplate"]["spec"]
    pod: dict[str, Any] = inside["template"]["spec"]
    return pod


def running(*changes: tuple[str, str]) -> dict[str, Declared]:
    """Everything that makes pods, by kind and name."""
    kinds = ("Deployment", "StatefulSet", "Job", "CronJob")
    return {f"{kind} {name}": item for kind in kinds for name, item in every(kind, *changes).items()}


def environment(item: Declared) -> dict[str, str]:
    (container,) = pod_of(item)["containers"]
    return {entry["name"]: entry.get("value", "") for entry in container.get("env", [])}
