"""Up, pause and resume of the whole program on the real engine, three times over, and every byte is still there."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from . import account, kube
from .bench import Bench, Outcome
from .fake_aws import FakeAws

pytestmark = pytest.mark.engines

ROUNDS = 3


@dataclass
class Story:
    """One stack's life, written down for the tests to judge."""

    bench: Bench
    outcomes: dict[str, Outcome] = field(default_factory=dict)
    left: list[set[str]] = field(default_factory=list)
    rented_after_pause: list[dict[str, Any]] = field(default_factory=list)
    state_after_pause: list[list[dict[str, Any]]] = field(default_factory=list)
    stored: list[dict[Any, bytes]] = field(default_factory=list)
    found: list[dict[Any, bytes]] = field(default_factory=list)
    diffs: list[dict[str, Any]] = field(default_factory=list)
    kubernetes: list[dict[str, Any]] = field(default_factory=list)
    untouched_by_preview: bool = False


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, pulumi: Path, aws_server: FakeAws) -> Story:
    aws_server.reset()
    aws = aws_server
    bench = Bench(tmp_path_factory.mktemp("story"), pulumi=pulumi, aws=aws)
    bench.init(paused=True, alertEmail="ops@example.org")
    told = Story(bench)
    # The first run of a new user: durable things, then image and keys, then everything.
    told.outcomes["first preview"] = bench.preview()
    told.untouched_by_preview = not account.names(aws) and not bench.rented()
    told.outcomes["durable only"] = bench.up()
    account.push_image(aws)
    account.list_cost_tag(aws)
    account.set_keys(aws)
    bench.configure(paused=False)
    told.outcomes["up"] = bench.up()
    told.outcomes["second up"] = bench.up()
    told.kubernetes = [item for item in bench.state() if item["type"].startswith("kubernetes:")]
    for number in range(ROUNDS):
        account.put_data(aws, f"round-{number}")
        told.stored.append(account.bytes_in_bucket(aws))
        told.outcomes[f"pause {number}"] = bench.destroy()
        told.left.append(account.names(aws))
        told.rented_after_pause.append(bench.rented())
        told.state_after_pause.append(bench.state())
        calls = len(bench.calls())
        told.outcomes[f"resume {number}"] = bench.up()
        told.diffs += [call for call in bench.calls()[calls:] if call["call"] in ("Diff", "Delete")]
        told.found.append(account.bytes_in_bucket(aws))
    return told


def test_a_preview_changes_nothing(story: Story) -> None:
    assert story.outcomes["first preview"].code == 0
    assert story.untouched_by_preview


def test_a_second_up_changes_nothing(story: Story) -> None:
    assert set(story.outcomes["second up"].counts()) == {"same"}


def test_a_pause_leaves_exactly_what_is_durable(story: Story) -> None:
    assert story.left == [account.DURABLE | account.BILLED] * ROUNDS
    assert story.rented_after_pause == [{}] * ROUNDS
    assert story.state_after_pause == [[]] * ROUNDS


def test_a_resume_adopts_what_is_durable_and_replaces_nothing(story: Story) -> None:
    for number in range(ROUNDS):
        counts = story.outcomes[f"resume {number}"].counts()
        assert counts["import"] == len(account.DURABLE | account.BILLED)
        assert not counts.keys() & {"replace", "delete"}
    assert [call for call in story.diffs if call["call"] == "Delete" or call["replaces"]] == []


def test_every_version_of_every_object_survives_every_round(story: Story) -> None:
    assert [len(stored) for stored in story.stored] == [6, 12, 18]
    assert story.found == story.stored


def test_records_keys_and_images_survive_every_round(story: Story) -> None:
    kept = account.inventory(story.bench.aws)
    assert [item["body"]["S"] for item in kept[f"table {account.TABLE}"]] == ["round-0", "round-1", "round-2"]
    assert len(kept[f"repository {account.REPOSITORY}"]) == 1
    assert kept[f"secret {account.SECRET}"]


def test_settings_of_the_bucket_are_in_force_after_a_resume(story: Story) -> None:
    s3 = story.bench.aws.client("s3")
    assert s3.get_bucket_versioning(Bucket=account.BUCKET)["Status"] == "Enabled"
    assert all(s3.get_public_access_block(Bucket=account.BUCKET)["PublicAccessBlockConfiguration"].values())
    assert "aws:SecureTransport" in s3.get_bucket_policy(Bucket=account.BUCKET)["Policy"]
    assert not any(
        "Days" in rule.get("Expiration", {})
        for rule in s3.get_bucket_lifecycle_configuration(Bucket=account.BUCKET)["Rules"]
    )


def test_unusual_costs_are_watched_from_the_day_aws_lists_the_tag(story: Story) -> None:
    assert "does not list the tag genai-ops:stack yet" in story.outcomes["durable only"].output
    assert "are not watched" not in story.outcomes["up"].output
    assert account.inventory(story.bench.aws)[account.COST_TAG] == "Active"


def test_the_address_is_subscribed_once_however_often_the_stack_is_resumed(story: Story) -> None:
    assert len(account.inventory(story.bench.aws)["topic genai-ops-dev-alerts"]) == 1


def test_workloads_go_before_nodes_and_nodes_before_their_way_out(story: Story) -> None:
    """The order of a destroy, by the calls that reached the cloud."""
    deleted = [call["urn"] for call in story.bench.calls("Delete") if "error" not in call]
    gone = [urn.split("::")[2].split("$")[-1] for urn in deleted[: len(deleted) // ROUNDS]]
    order = [
        ("kubernetes:apps/v1:Deployment", "aws:eks/podIdentityAssociation:PodIdentityAssociation"),
        ("kubernetes:apps/v1:Deployment", "aws:eks/nodeGroup:NodeGroup"),
        ("aws:eks/nodeGroup:NodeGroup", "aws:ec2/natGateway:NatGateway"),
        ("aws:eks/nodeGroup:NodeGroup", "aws:ec2/route:Route"),
        ("aws:eks/nodeGroup:NodeGroup", "aws:iam/rolePolicyAttachment:RolePolicyAttachment"),
        ("aws:eks/cluster:Cluster", "aws:ec2/vpc:Vpc"),
    ]
    for first, later in order:
        assert gone.index(first) < gone.index(later), f"{later} went before {first}"


def test_no_secret_value_is_in_the_state(story: Story) -> None:
    assert (
        "not-a-real-key"
        not in story.bench.must("stack", "export", "--stack", story.bench.stack, "--show-secrets").output
    )


# ---------------------------------------------------------------- the same objects, on a real API server


@pytest.fixture(scope="module")
def applied(story: Story, cluster: kube.Kube) -> list[dict[str, Any]]:
    """The objects the engine recorded, in its order, as the real API server took them."""
    bodies = [
        {key: value for key, value in item["inputs"].items() if not key.startswith("__")}
        for item in story.kubernetes
    ]
    order = ("Namespace", "ServiceAccount")
    bodies.sort(key=lambda body: order.index(body["kind"]) if body["kind"] in order else len(order))
    return [cluster.apply(body) for body in bodies]


def test_the_api_server_takes_every_object_of_the_program(
    story: Story, applied: list[dict[str, Any]]
) -> None:
    kinds = {body["kind"] for body in applied}
    assert len(applied) == len(story.kubernetes)
    assert {"Namespace", "ServiceAccount", "Deployment", "Service", "NetworkPolicy"} <= kinds


def test_every_deployment_becomes_ready_on_a_node(applied: list[dict[str, Any]], cluster: kube.Kube) -> None:
    deployments = [body["metadata"] for body in applied if body["kind"] == "Deployment"]
    assert deployments
    for metadata in deployments:
        path = f"/apis/apps/v1/namespaces/{metadata['namespace']}/deployments/{metadata['name']}"

        def ready(path: str = path) -> bool:
            found = cluster.get(path)
            return found["status"].get("readyReplicas") == found["spec"]["replicas"]

        cluster.wait(f"deployment {metadata['name']} ready", ready)


def test_the_namespace_refuses_a_pod_that_is_not_restricted(
    applied: list[dict[str, Any]], cluster: kube.Kube
) -> None:
    restricted = "pod-security.kubernetes.io/enforce"
    space = next(
        body["metadata"]["name"]
        for body in applied
        if body["kind"] == "Namespace" and body["metadata"]["labels"][restricted] == "restricted"
    )
    bad = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "bad", "namespace": space},
        "spec": {
            "hostNetwork": True,
            "containers": [{"name": "bad", "image": "bad", "securityContext": {"privileged": True}}],
        },
    }
    with pytest.raises(kube.Refused, match='violates PodSecurity "restricted'):
        cluster.apply(bad)


def test_the_service_leads_to_the_pods_of_its_deployment(
    applied: list[dict[str, Any]], cluster: kube.Kube
) -> None:
    for service in (body for body in applied if body["kind"] == "Service"):
        name, space = service["metadata"]["name"], service["metadata"]["namespace"]

        def reached(name: str = name, space: str = space) -> bool:
            slices = cluster.get(f"/apis/discovery.k8s.io/v1/namespaces/{space}/endpointslices")["items"]
            mine = [
                item
                for item in slices
                if item["metadata"]["labels"].get("kubernetes.io/service-name") == name
            ]
            return any(end["conditions"].get("ready") for item in mine for end in item.get("endpoints") or [])

        cluster.wait(f"service {name} has a ready endpoint", reached)
