"""The RAG service, alone or on shared stores: what it is given, what it waits for, and what it goes before."""

import json
from typing import Any

import pytest

from infra import adopt, rehearsal
from infra.doors import NODE_PORTS
from infra.workloads.rag import missing

from ..program import ACCOUNT, NAME, config, declared, load
from .objects import SHARED, environment, every, pod_of


def thing(kind: str) -> rehearsal.Declared:
    (found,) = (item for item in declared() if item.kind.endswith(f":{kind}"))
    return found


def after(item: rehearsal.Declared, *changes: tuple[str, str]) -> set[str]:
    """Everything that exists before the thing does and goes after it went, by type and name."""
    by_urn = {other.urn: other for other in declared("dev", *changes)}
    seen: set[str] = set()
    todo = list(item.dependencies)
    while todo:
        urn = todo.pop()
        if urn not in seen and urn in by_urn:
            seen.add(urn)
            todo += by_urn[urn].dependencies
    return {f"{by_urn[urn].kind.split(':')[-1]} {by_urn[urn].name}" for urn in seen}


def pod() -> dict[str, Any]:
    spec: dict[str, Any] = thing("Deployment").inputs["spec"]["template"]["spec"]
    return spec


def test_an_app_that_owns_its_disk_runs_once_and_never_beside_itself():
    spec = thing("Deployment").inputs["spec"]
    assert spec["replicas"] == 1
    assert spec["strategy"] == {"type": "Recreate"}


def test_the_service_listens_on_the_node_port_that_the_load_balancer_knows():
    (port,) = thing("Service").inputs["spec"]["ports"]
    assert port["nodePort"] == NODE_PORTS["rag"]
    (group,) = (item for item in every("TargetGroup").values() if item.inputs["port"] == port["nodePort"])
    assert group.inputs["targetType"] == "instance"


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
        "NetworkPolicy rag",
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
    running = ("Deployment", "StatefulSet", "Job", "Service", "PodIdentityAssociation")
    assert [item.name for item in things if item.kind.split(":")[-1] in running] == []
    assert [item.name for item in things if item.kind == "eks:index:Cluster"] == ["control-plane"]
    assert command in caplog.text


def test_both_missing_are_named_at_once():
    lacks = missing(load(), adopt.nothing(ACCOUNT, images=frozenset(), api_keys_set=False))
    assert len(lacks) == 2


def test_alone_it_builds_its_index_before_it_answers():
    (first,) = pod()["initContainers"]
    (container,) = pod()["containers"]
    assert first["command"] == ["python", "-m", "app.rag", "reindex", "--embed"]
    assert first["image"] == container["image"] and first["volumeMounts"] == container["volumeMounts"]
    assert first["env"] == container["env"]


def test_on_shared_stores_nobody_starts_before_the_index_is_complete():
    for name in ("rag", "rag-worker"):
        before = after(every("Deployment", *SHARED)[name], *SHARED)
        wanted = {"Job reindex", "StatefulSet opensearch", "Deployment valkey", "Queue genai-ops-dev-work"}
        assert wanted <= before, name


def test_the_index_job_waits_for_no_store_that_only_it_can_make_ready():
    before = after(every("Job", *SHARED)["reindex"], *SHARED)
    assert {"StatefulSet opensearch", "Service opensearch"} & before == set()
    assert {"Service opensearch-nodes", "NetworkPolicy opensearch", "NodeGroup nodes"} <= before


def test_another_look_at_the_index_begins_only_when_the_first_is_done():
    looking = every("CronJob", *SHARED)["reindex"]
    assert "Job reindex" in after(looking, *SHARED)
    assert looking.inputs["spec"]["concurrencyPolicy"] == "Forbid"
    assert pod_of(looking) == pod_of(every("Job", *SHARED)["reindex"])


def test_api_and_worker_are_one_image_with_two_commands():
    pods = {
        name: pod_of(every("Deployment", *SHARED)[name])["containers"][0] for name in ("rag", "rag-worker")
    }
    assert pods["rag"]["image"] == pods["rag-worker"]["image"]
    assert pods["rag"]["command"] == ["python", "-m", "app.rag", "api"]
    assert pods["rag-worker"]["command"] == ["python", "-m", "app.rag", "worker"]


def test_a_model_of_bedrock_is_given_to_those_who_answer_and_an_embedder_to_all():
    chosen = (*SHARED, ("chatModel", "nova-2-lite"), ("embedder", "bedrock"))
    allowed = {name: item.inputs["policy"] for name, item in every("RolePolicy", *chosen).items()}
    assert {name for name, text in allowed.items() if "nova-2-lite" in text} == {"rag"}
    embedding = {"rag", "rag-worker", "reindex"}
    assert {name for name, text in allowed.items() if "titan-embed-text-v2" in text} == embedding
    assert environment(every("Deployment", *chosen)["rag"])["GENAI_CHAT_MODEL"] == "nova-2-lite"
    assert not any("bedrock:" in item.inputs["policy"] for item in every("RolePolicy").values())


def test_the_queue_gives_up_later_than_the_service_does():
    queues = every("Queue", *SHARED)
    policy = json.loads(queues["genai-ops-dev-work"].inputs["redrivePolicy"])
    assert policy["maxReceiveCount"] >= 10
    assert policy["deadLetterTargetArn"].endswith("genai-ops-dev-work-dead")
    assert all(item.inputs["sqsManagedSseEnabled"] and not item.retained for item in queues.values())
    assert every("Queue") == {}
