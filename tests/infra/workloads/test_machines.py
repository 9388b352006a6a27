"""What looks after the machines: the autoscaler's narrow rights and its order of pools, the device plugin and its place."""

import json
import re

import yaml

from infra.rehearsal import Declared
from infra.workloads.autoscaler import arguments, priorities
from infra.workloads.daemons import DAEMON_SETS

from ..program import WIDEST, declared

CARDS = (("gpu", "both"), ("autoscaler", "true"))


def one(kind: str, name: str, *changes: tuple[str, str]) -> Declared:
    things = declared("dev", *(changes or CARDS))
    (found,) = (thing for thing in things if thing.kind.endswith(kind) and thing.name == name)
    return found


def test_neither_is_there_until_chosen():
    names = {thing.name for thing in declared("dev")}
    assert not names & {"cluster-autoscaler", "nvidia-device-plugin"}
    alone = {thing.name for thing in declared("dev", ("autoscaler", "true"))}
    assert "cluster-autoscaler" in alone and "nvidia-device-plugin" not in alone


def test_spot_is_tried_before_on_demand_by_the_names_that_eks_gives():
    order = yaml.safe_load(priorities())
    tried = [pattern for number in sorted(order, reverse=True) for pattern in order[number]]
    for pattern, group in zip(
        tried[1:], ("eks-gpu-spot-1a2b3c4-0a", "eks-gpu-on-demand-1a2b3c4-0a"), strict=True
    ):
        assert [name for name in tried if re.search(name, group)] == [pattern]


def test_the_order_is_where_the_autoscaler_looks_for_it():
    order = one("ConfigMap", "cluster-autoscaler-priority-expander").inputs["metadata"]
    assert order["name"] == "cluster-autoscaler-priority-expander"
    assert f"--namespace={order['namespace']}" in arguments(cluster="c")
    assert "--expander=priority,least-waste" in arguments(cluster="c")


def test_it_moves_pools_of_this_cluster_only():
    policy = json.loads(one("RolePolicy", "cluster-autoscaler").inputs["policy"])
    moves = {statement["Sid"]: statement for statement in policy["Statement"]}["MovePoolsOfThisCluster"]
    tag = "aws:ResourceTag/k8s.io/cluster-autoscaler/genai-ops-dev"
    assert moves["Condition"] == {"StringEquals": {tag: "owned"}}


def test_its_rights_in_the_cluster_name_what_they_are_on():
    rules = one("ClusterRole", "cluster-autoscaler").inputs["rules"]
    assert not any("*" in word for rule in rules for words in rule.values() for word in words)
    changed = {
        resource
        for rule in rules
        for resource in rule["resources"]
        if set(rule["verbs"]) & {"create", "update", "patch", "delete"}
    }
    assert changed == {"events", "endpoints", "pods/eviction", "pods/status", "nodes"}


def test_it_starts_when_its_role_its_rights_and_its_order_are_there():
    by_urn = {thing.urn: thing for thing in declared("dev", *CARDS)}
    before = {by_urn[urn].kind.split(":")[-1] for urn in one("Deployment", "cluster-autoscaler").dependencies}
    assert {
        "PodIdentityAssociation",
        "RolePolicy",
        "ClusterRoleBinding",
        "RoleBinding",
        "ConfigMap",
    } <= before


def test_the_device_plugin_runs_on_machines_with_cards_only_and_goes_before_them():
    plugin = one("DaemonSet", "nvidia-device-plugin")
    pod = plugin.inputs["spec"]["template"]["spec"]
    pool = one("NodeGroup", "gpu-spot").inputs
    assert pod["nodeSelector"].items() <= pool["labels"].items()
    tolerated = {(rule["key"], rule["effect"]) for rule in pod["tolerations"]}
    assert tolerated == {("nvidia.com/gpu", "NoSchedule")}
    groups = {one("NodeGroup", name).urn for name in ("gpu-spot", "gpu-on-demand")}
    assert groups <= set(plugin.dependencies)


def test_the_device_plugin_is_root_without_anything_else_that_root_may():
    (container,) = one("DaemonSet", "nvidia-device-plugin").inputs["spec"]["template"]["spec"]["containers"]
    assert container["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert container["securityContext"]["allowPrivilegeEscalation"] is False
    assert not container["securityContext"].get("privileged")


def test_every_daemon_set_is_listed_with_its_reason():
    made = {
        thing.inputs["metadata"]["name"]: thing.inputs["metadata"]["namespace"]
        for thing in declared("dev", *WIDEST)
        if thing.kind.endswith(":DaemonSet")
    }
    assert set(made) == set(DAEMON_SETS)
    assert set(made.values()) == {"system"} and all(DAEMON_SETS.values())
