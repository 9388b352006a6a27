"""What runs: a pod that the restricted standard admits, reachable for its nodes only, gone before its identity is."""

from typing import Any

import pytest

from infra import adopt, rehearsal
from infra.naming import NODE_PORTS
from infra.workloads.rag import missing

from ..cluster.test_cluster import after
from ..program import ACCOUNT, NAME, config, declared, load


def thing(kind: str) -> rehearsal.Declared:
    (found,) = (item for item in declared() if item.kind.endswith(f":{kind}"))
    return found


def pod() -> dict[str, Any]:
    spec: dict[str, Any] = thing("Deployment").inputs["spec"]["template"]["spec"]
    return spec


def test_the_namespace_refuses_what_the_restricted_standard_refuses():
    labels = thing("Namespace").inputs["metadata"]["labels"]
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"


def test_the_pod_keeps_to_the_restricted_standard_and_a_read_only_root():
    (container,) = pod()["containers"]
    assert pod()["securityContext"]["runAsNonRoot"] and pod()["securityContext"]["runAsUser"] == 10001
    assert pod()["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    context = container["securityContext"]
    assert context["readOnlyRootFilesystem"] and context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}
    assert all("emptyDir" in volume for volume in pod()["volumes"])
    assert {mount["mountPath"] for mount in container["volumeMounts"]} == {"/data", "/tmp"}


def test_the_pod_gets_no_token_for_the_cluster():
    assert pod()["automountServiceAccountToken"] is False
    assert thing("ServiceAccount").inputs["automountServiceAccountToken"] is False


def test_the_pod_is_bounded():
    (container,) = pod()["containers"]
    assert (
        {"cpu", "memory"} == set(container["resources"]["limits"]) == set(container["resources"]["requests"])
    )


def test_an_app_that_owns_its_disk_runs_once_and_never_beside_itself():
    spec = thing("Deployment").inputs["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "Recreate"}


def test_network_rules_deny_by_default_and_allow_what_is_needed():
    rules = {
        item.inputs["metadata"]["name"]: item.inputs["spec"]
        for item in declared()
        if item.kind.endswith("NetworkPolicy")
    }
    assert rules["deny-all"] == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    allowed = rules["allow-needed"]
    assert [rule["ports"] for rule in allowed["ingress"]] == [[{"protocol": "TCP", "port": 8080}]]
    assert {block["ipBlock"]["cidr"] for block in allowed["ingress"][0]["from"]} == {
        "10.40.0.0/20",
        "10.40.16.0/20",
    }
    names, credentials, outwards = allowed["egress"]
    assert {port["port"] for port in names["ports"]} == {53}
    assert credentials["to"] == [{"ipBlock": {"cidr": "169.254.170.23/32"}}]
    assert credentials["ports"] == [{"protocol": "TCP", "port": 80}]
    assert outwards["ports"] == [{"protocol": "TCP", "port": 443}]


def test_the_service_listens_on_the_node_port_that_the_load_balancer_knows():
    (port,) = thing("Service").inputs["spec"]["ports"]
    assert port["nodePort"] == NODE_PORTS["rag"]
    assert thing("TargetGroup").inputs["port"] == NODE_PORTS["rag"]


def test_a_drain_is_always_possible():
    assert thing("PodDisruptionBudget").inputs["spec"]["maxUnavailable"] == 1


def test_the_pod_goes_before_nodes_addons_rules_and_its_own_identity():
    before = after(thing("Deployment"))
    wanted = {
        "NodeGroup nodes",
        "Addon coredns",
        "Addon eks-pod-identity-agent",
        "PodIdentityAssociation rag",
    }
    wanted |= {
        "RolePolicy rag",
        "NetworkPolicy rag-deny-all",
        "NetworkPolicy rag-allow-needed",
        "Namespace rag",
    }
    assert wanted <= before


def test_the_image_comes_from_the_repository_of_the_stack():
    (container,) = pod()["containers"]
    assert container["image"] == f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/genai-ops/dev/rag:0.1.0"


@pytest.mark.parametrize(
    ("found", "command"),
    [
        (adopt.nothing(ACCOUNT, images=frozenset()), "make images STACK=dev"),
        (adopt.nothing(ACCOUNT, api_keys_set=False), "make secrets STACK=dev"),
    ],
)
def test_without_image_or_keys_the_service_is_left_out_and_the_command_named(
    found: adopt.Found, command: str, caplog: pytest.LogCaptureFixture
):
    _, things = rehearsal.rehearse(config(), project=NAME, stack="dev", found=lambda _: found)
    assert [item.name for item in things if item.room == "workloads"] == []
    assert [item.name for item in things if item.kind == "eks:index:Cluster"] == ["control-plane"]
    assert command in caplog.text


def test_both_missing_are_named_at_once():
    lacks = missing(load(), adopt.nothing(ACCOUNT, images=frozenset(), api_keys_set=False))
    assert len(lacks) == 2
