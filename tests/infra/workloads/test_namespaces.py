"""The rooms inside the cluster: their standard, their closed doors, and a share that holds everything at its most."""

import re
from collections import Counter
from typing import Any

import pytest

from .objects import CHAT, MONITORED, SHARED, THREE, TRACKED, every, pod_of, running

VARIANTS = {
    "embedded": (),
    "shared": SHARED,
    "three": (*THREE, *MONITORED),
    "tracked": TRACKED,
    "chat": (*SHARED, *CHAT),
}
ALL = pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS.keys())


def level(item: Any) -> str:
    return str(item.inputs["metadata"]["labels"]["pod-security.kubernetes.io/enforce"])


@ALL
def test_only_the_system_namespace_is_privileged_and_nothing_that_takes_requests_runs_there(
    changes: tuple[tuple[str, str], ...],
):
    spaces = every("Namespace", *changes)
    assert {name for name, item in spaces.items() if level(item) != "restricted"} == {"system"}
    assert level(spaces["system"]) == "privileged"
    # The autoscaler listens to nobody.
    pods = [item for item in running(*changes).values() if item.name != "cluster-autoscaler"]
    busy = {item.inputs["metadata"]["namespace"] for item in pods}
    assert busy <= spaces.keys() - {"system"}


@ALL
def test_every_restricted_namespace_lets_nobody_in_or_out_by_default(changes: tuple[tuple[str, str], ...]):
    rules = every("NetworkPolicy", *changes)
    for name, item in every("Namespace", *changes).items():
        if level(item) == "restricted":
            assert rules[f"{name}-deny-all"].inputs["spec"] == {
                "podSelector": {},
                "policyTypes": ["Ingress", "Egress"],
            }
            assert rules[f"{name}-deny-all"].inputs["metadata"]["namespace"] == name


@ALL
def test_no_object_can_make_a_load_balancer_or_a_volume_that_the_state_does_not_know(
    changes: tuple[tuple[str, str], ...],
):
    for name in every("Namespace", *changes):
        hard = every("ResourceQuota", *changes)[name].inputs["spec"]["hard"]
        # The database's one claim is bound to a volume that the state knows.
        claims = "1" if name == "stores" and ("database", "cluster") in changes else "0"
        assert (hard["services.loadbalancers"], hard["persistentvolumeclaims"]) == ("0", claims)


@ALL
def test_every_namespace_has_room_for_all_of_its_pods_at_their_most_and_during_an_update(
    changes: tuple[tuple[str, str], ...],
):
    needed: dict[str, Counter[str]] = {}
    most = {
        item.inputs["metadata"]["name"]: int(item.inputs["spec"]["maxReplicas"])
        for item in every("HorizontalPodAutoscaler", *changes).values()
    }
    for item in running(*changes).values():
        count = int(most.get(item.name, item.inputs["spec"].get("replicas", 1)))
        replaced = item.inputs["spec"].get("strategy", {}).get("type") == "Recreate"
        count += item.kind.endswith("Deployment") and not replaced  # the surge of an update
        if item.name == "cluster-autoscaler":
            continue  # its namespace counts pods only
        space = needed.setdefault(item.inputs["metadata"]["namespace"], Counter())
        pod = pod_of(item)
        for what in ("requests", "limits"):
            parts = [container["resources"][what] for container in pod["containers"]]
            first = [container["resources"][what] for container in pod.get("initContainers", [])]
            for unit, read in (("cpu", milli), ("memory", mebi)):
                total = sum(read(part[unit]) for part in parts)
                space[f"{what}.{unit}"] += count * max([total, *(read(part[unit]) for part in first)])
        space["pods"] += count
    for name, space in needed.items():
        hard = every("ResourceQuota", *changes)[name].inputs["spec"]["hard"]
        assert space["pods"] <= int(hard["pods"]), name
        assert space["requests.cpu"] <= milli(hard["requests.cpu"]), name
        assert space["requests.memory"] <= mebi(hard["requests.memory"]), name
        assert space["limits.memory"] <= mebi(hard["limits.memory"]), name


@ALL
def test_every_pod_names_a_priority_and_a_bound_of_its_own(changes: tuple[tuple[str, str], ...]):
    classes = every("PriorityClass", *changes)
    for where, item in running(*changes).items():
        pod = pod_of(item)
        # The autoscaler has the cluster's own: without it nothing else finds a machine.
        assert pod["priorityClassName"] in (*classes, "system-cluster-critical"), where
        for container in (*pod.get("initContainers", []), *pod["containers"]):
            resources = container["resources"]
            cards = {"nvidia.com/gpu"} & resources["limits"].keys()
            assert {"cpu", "memory"} == resources["limits"].keys() - cards == resources["requests"].keys(), (
                where
            )


def test_stores_outlast_apps_and_apps_outlast_what_nobody_waits_for():
    values = {name: item.inputs["value"] for name, item in every("PriorityClass").items()}
    assert values["genai-store"] > values["genai-app"] > values["genai-batch"] > 0
    assert max(values.values()) < 1_000_000_000  # above lie the classes of Kubernetes itself
    assert every("PriorityClass")["genai-batch"].inputs["preemptionPolicy"] == "Never"


def milli(cpu: str) -> int:
    return int(cpu[:-1]) if cpu.endswith("m") else int(cpu) * 1000


def mebi(memory: str) -> int:
    amount, unit = re.fullmatch(r"(\d+)(Mi|Gi)", memory).groups()  # type: ignore[union-attr] # ours are all written so
    return int(amount) * (1024 if unit == "Gi" else 1)
