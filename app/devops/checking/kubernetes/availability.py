"""Rules for staying up: replicas, spreading, rolling, disruption budgets, clean-up, and what is reachable from outside."""

import re

from app.devops.checking.kubernetes.objects import REPLICATED, Manifest, Thing, selects
from app.devops.checking.kubernetes.rules import Places, registry
from app.devops.checking.nodes import Node

RULES, rule = registry()

_ENOUGH_REPLICAS = 3
_ROLE_ARN = re.compile(r"arn:aws[\w-]*:iam::\d{12}:role/[\w+=,.@/-]+")
_SCALABLE = ("Deployment", "DeploymentConfig", "ReplicaSet", "StatefulSet")


def _number(node: Node | None) -> int | None:
    return int(node.plain()) if node is not None and node.tag == "int" else None


def _replicas(thing: Thing) -> int:
    given = _number(thing.node.get("spec", "replicas"))
    return 1 if given is None else given


@rule("minimum-three-replicas")
def _three(thing: Thing, manifest: Manifest) -> Places:
    if thing.kind in ("Deployment", "DeploymentConfig") and _replicas(thing) < _ENOUGH_REPLICAS:
        node = thing.node.get("spec", "replicas")
        yield (
            node or thing.line,
            f"{thing.title} has {_replicas(thing)} replicas; three survive an upgrade and a failure",
        )


@rule("hpa-minimum-three-replicas")
def _three_at_least(thing: Thing, manifest: Manifest) -> Places:
    if thing.kind == "HorizontalPodAutoscaler":
        node = thing.node.get("spec", "minReplicas")
        least = _number(node)
        if (1 if least is None else least) < _ENOUGH_REPLICAS:
            yield node or thing.line, f"{thing.title} may go below three replicas"


@rule("no-anti-affinity")
def _spread(thing: Thing, manifest: Manifest) -> Places:
    if thing.kind not in REPLICATED or thing.pod is None or _replicas(thing) < 2:
        return
    if thing.pod.get("topologySpreadConstraints") is not None:
        return
    terms = list(
        thing.pod.listed("affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution")
    )
    preferred = thing.pod.listed(
        "affinity", "podAntiAffinity", "preferredDuringSchedulingIgnoredDuringExecution"
    )
    terms += [term for item in preferred if (term := item.get("podAffinityTerm")) is not None]
    if not any(_keeps_apart(term, thing) for term in terms):
        yield (
            thing.pod,
            f"the replicas of {thing.title} may all land on one node; keep them apart by podAntiAffinity",
        )


def _keeps_apart(term: Node, thing: Thing) -> bool:
    spaces = {item.value for item in term.listed("namespaces")}
    return selects(term.get("labelSelector"), thing.pod_labels) and (not spaces or thing.namespace in spaces)


@rule("no-rolling-update-strategy")
def _rolling(thing: Thing, manifest: Manifest) -> Places:
    if thing.kind not in ("Deployment", "DeploymentConfig"):
        return
    node = thing.node.get("spec", "strategy", "type")
    if thing.node.get("spec", "strategy") is not None and (
        node is None or not node.value.startswith("Rolling")
    ):
        yield node or thing.line, f"{thing.title} stops the old pods before the new ones are up"


@rule("pdb-max-unavailable")
def _unavailable(thing: Thing, manifest: Manifest) -> Places:
    node = thing.node.get("spec", "maxUnavailable") if thing.kind == "PodDisruptionBudget" else None
    if node is not None and node.value in ("0", "0%"):
        yield node, f"{thing.title} allows no pod to go, so nodes can never be drained"


@rule("pdb-min-available")
def _available(thing: Thing, manifest: Manifest) -> Places:
    node = thing.node.get("spec", "minAvailable") if thing.kind == "PodDisruptionBudget" else None
    if node is None:
        return
    if node.value == "100%":
        yield node, f"{thing.title} wants all pods all the time, so nodes can never be drained"
        return
    least = _number(node)
    selector = thing.node.get("spec", "selector")
    for other in manifest.of_kind(*_SCALABLE):
        if other.namespace != thing.namespace or not selects(selector, other.pod_labels or _selected(other)):
            continue
        if least is not None and least >= _least_running(other, manifest):
            yield (
                node,
                f"{thing.title} wants {least} pods and {other.title} may run no more, so none can ever move",
            )


def _selected(thing: Thing) -> dict[str, str]:
    node = thing.node.get("spec", "selector", "matchLabels")
    return {key.value: value.value for key, value in node.pairs} if node is not None else {}


def _least_running(thing: Thing, manifest: Manifest) -> int:
    """How few pods there may be: an autoscaler's minimum overrules the object's own number."""
    for scaler in manifest.of_kind("HorizontalPodAutoscaler", "ScaledObject"):
        if (
            scaler.node.text("spec", "scaleTargetRef", "name") == thing.name
            and scaler.namespace == thing.namespace
        ):
            field = "minReplicas" if scaler.kind == "HorizontalPodAutoscaler" else "minReplicaCount"
            least = _number(scaler.node.get("spec", field))
            return least if least is not None else 1
    return _replicas(thing)


@rule("pdb-unhealthy-pod-eviction-policy")
def _unhealthy(thing: Thing, manifest: Manifest) -> Places:
    if thing.kind == "PodDisruptionBudget" and not thing.node.text("spec", "unhealthyPodEvictionPolicy"):
        yield (
            thing.line,
            f"{thing.title} protects pods that are broken anyway; set unhealthyPodEvictionPolicy",
        )


@rule("job-ttl-seconds-after-finished")
def _clean_up(thing: Thing, manifest: Manifest) -> Places:
    if thing.kind == "Job" and thing.node.get("spec", "ttlSecondsAfterFinished") is None:
        yield thing.line, f"{thing.title} stays for ever after it ended; set ttlSecondsAfterFinished"
    if thing.kind == "CronJob":
        key = thing.node.get("spec", "jobTemplate", "spec", "ttlSecondsAfterFinished")
        if key is not None:
            yield (
                key,
                f"{thing.title} keeps its jobs by number of history; a time to live beside it surprises",
            )


@rule("exposed-services")
def _exposed(thing: Thing, manifest: Manifest) -> Places:
    node = thing.node.get("spec", "type") if thing.kind == "Service" else None
    if node is not None and node.value in ("NodePort", "LoadBalancer"):
        yield node, f"{thing.title} is reachable from outside of the cluster ({node.value})"


@rule("invalid-role-annotation", "error")
def _role(thing: Thing, manifest: Manifest) -> Places:
    node = thing.node.get("metadata", "annotations", "eks.amazonaws.com/role-arn")
    if node is not None and "{{" not in node.value and not _ROLE_ARN.fullmatch(node.value):
        yield node, f"{thing.title} names a role that is no ARN of an IAM role: {node.value!r}"
