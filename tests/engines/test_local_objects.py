"""A laptop's objects on a real API server: taken, admitted, ready; and the look at them through the real kubectl."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from infra import local
from infra.asking import Stop
from infra.local.kept import KEEPSAKES
from infra.rehearsal import whole
from infra.snapshot import Snapshot
from infra.stack import Stack
from tests.infra.program import declared, load

from . import kube
from .bench import engines
from .test_workloads import ORDER, of, path, privileged

pytestmark = pytest.mark.engines

CONTEXT = "kwok-laptop"
CHOICES = (("kubeContext", CONTEXT), ("apps", '["coldmail", "devops"]'))
IMAGES = [f"localhost/genai-ops/{app}:0.1.0" for app in ("rag", "console", "coldmail", "devops")]
SPACES = {"stores", "rag", "console", "coldmail", "devops"}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[kube.Kube]:
    """One of its own: its names are those of the stack in AWS."""
    with kube.control_plane(
        tmp_path_factory.mktemp("laptop"), name="laptop", node="laptop", cpu="8", memory="16Gi"
    ) as started:
        yield started


@pytest.fixture(scope="module")
def objects() -> list[dict[str, Any]]:
    bodies = [
        whole(item.inputs) for item in declared("local", *CHOICES) if item.kind.startswith("kubernetes:")
    ]
    place = {kind: number for number, kind in enumerate(ORDER)}
    return sorted(bodies, key=lambda body: place.get(body["kind"], len(place)))


@pytest.fixture(scope="module")
def applied(objects: list[dict[str, Any]], cluster: kube.Kube) -> list[dict[str, Any]]:
    for number in (1, 2):
        cluster.apply(volume(f"disk-{number}"))
    return [cluster.apply(body) for body in objects]


def volume(name: str) -> dict[str, Any]:
    """What a laptop's provisioner makes for a claim."""
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": name},
        "spec": {
            "accessModes": ["ReadWriteOnce"],
            "capacity": {"storage": "10Gi"},
            "hostPath": {"path": f"/var/{name}"},
        },
    }


@pytest.fixture
def stack(cluster: kube.Kube, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """With the user's kubeconfig, and the kubectl of the cluster's version."""
    monkeypatch.setenv("KUBECONFIG", str(cluster.folder / "kubeconfig"))
    monkeypatch.setenv("PATH", str(engines() / "bin"), prepend=":")
    asyncio.set_event_loop(asyncio.new_event_loop())
    return load(*CHOICES, stack="local")


def state(applied: list[dict[str, Any]], *, without: str = "") -> Snapshot:
    """As the engine would remember what was applied."""
    return Snapshot(
        {
            f"urn:pulumi:local::genai-ops::kubernetes:x/v1:{body['kind']}::{number}": body
            for number, body in enumerate(applied)
            if body["kind"] != without
        }
    )


def test_everything_is_taken_and_becomes_ready_on_one_machine(
    objects: list[dict[str, Any]], applied: list[dict[str, Any]], cluster: kube.Kube
) -> None:
    assert len(applied) == len(objects)
    deployments = of("Deployment", applied)
    assert {body["metadata"]["name"] for body in deployments} == {
        *("rag", "console", "coldmail", "devops"),
        *("s3-stand-in", "dynamodb-stand-in"),
    }
    for body in deployments:
        where = path(body, "apps/v1", "deployments")
        cluster.wait(
            f"{where} ready", lambda where=where: cluster.get(where)["status"].get("readyReplicas") == 1
        )
    (job,) = of("Job", applied)
    where = path(job, "batch/v1", "jobs")
    cluster.wait(f"{where} done", lambda: cluster.get(where)["status"].get("succeeded") == 1)


def test_both_claims_are_bound(applied: list[dict[str, Any]], cluster: kube.Kube) -> None:
    for claim in ("objects", "records"):
        where = f"/api/v1/namespaces/stores/persistentvolumeclaims/{claim}"
        cluster.wait(f"{claim} bound", lambda where=where: cluster.get(where)["status"]["phase"] == "Bound")


def test_no_namespace_admits_a_privileged_pod(applied: list[dict[str, Any]], cluster: kube.Kube) -> None:
    assert {body["metadata"]["name"] for body in of("Namespace", applied)} == SPACES
    for space in SPACES:
        with pytest.raises(kube.Refused, match='violates PodSecurity "restricted'):
            cluster.apply(privileged(space))


def test_stand_ins_say_that_they_are_some(applied: list[dict[str, Any]], cluster: kube.Kube) -> None:
    pods = cluster.get("/api/v1/namespaces/stores/pods?labelSelector=genai-ops/stand-in-for")["items"]
    assert {pod["metadata"]["labels"]["genai-ops/stand-in-for"] for pod in pods} == {"s3", "dynamodb"}


def test_the_look_finds_what_is_kept_and_the_images_that_the_machine_has(
    applied: list[dict[str, Any]], cluster: kube.Kube, stack: Stack
) -> None:
    found = local.look(stack, state=state(applied), warn=pytest.fail)
    assert found.ids == {key: kept.import_id for key, kept in KEEPSAKES.items()}
    assert found.images == frozenset()
    held = [{"names": [f"{name}@sha256:{'0' * 64}", name], "sizeBytes": 1} for name in IMAGES[:2]]
    cluster.merge("/api/v1/nodes/laptop/status", {"status": {"images": held}})
    assert local.look(stack, state=state(applied), warn=pytest.fail).images == {"rag", "console"}


def test_what_the_state_does_not_know_stops_it_with_the_commands(
    applied: list[dict[str, Any]], stack: Stack
) -> None:
    with pytest.raises(Stop) as stopped:
        local.look(stack, state=state(applied, without="Deployment"), warn=pytest.fail)
    said = str(stopped.value)
    assert "2 object(s)" in said
    assert f"kubectl --context {CONTEXT} delete -n stores deployment.apps/s3-stand-in" in said


def test_a_thing_of_another_stack_stops_it(
    applied: list[dict[str, Any]], cluster: kube.Kube, stack: Stack
) -> None:
    where, key = "/api/v1/namespaces/rag", "app.kubernetes.io/instance"
    cluster.merge(where, {"metadata": {"labels": {key: "other"}}})
    try:
        with pytest.raises(Stop, match=r"Namespace 'rag' .* is not this stack's"):
            local.look(stack, state=state(applied), warn=pytest.fail)
    finally:
        cluster.merge(where, {"metadata": {"labels": {key: "local"}}})


def test_a_cluster_that_does_not_answer_is_no_empty_one(
    stack: Stack, cluster: kube.Kube, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (cluster.folder / "kubeconfig").read_text().replace(cluster.server, "https://127.0.0.1:1")
    (tmp_path / "kubeconfig").write_text(text)
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "kubeconfig"))
    with pytest.raises(Stop, match=rf"kubeContext '{CONTEXT}' gave no answer"):
        local.look(stack, state=Snapshot({}), warn=pytest.fail)
