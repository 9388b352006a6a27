"""The waker's real process on a real API server, with the token of its own service account: none, one, none; no other right."""

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from infra.project import ROOT
from infra.rehearsal import whole
from infra.workloads.namespaces import CHAT
from tests.app.waker.standins import Ollama, serving
from tests.infra.program import declared
from tests.infra.workloads.objects import CHAT as CHOICES
from tests.infra.workloads.objects import SHARED, running
from tests.infra.workloads.objects import environment as environment_of

from . import kube
from .test_machines import CARD, TAINT
from .test_workloads import ORDER

pytestmark = pytest.mark.engines

LEASE = f"/apis/coordination.k8s.io/v1/namespaces/{CHAT}/leases/ollama-use"
DEPLOYMENT = f"/apis/apps/v1/namespaces/{CHAT}/deployments/ollama"
USER = f"system:serviceaccount:{CHAT}:waker"
FIRST = (*ORDER, "Lease", "Role", "RoleBinding", "NetworkPolicy", "Service")


@dataclass
class Stage:
    cluster: kube.Kube
    url: str

    def replicas(self) -> int:
        return int(self.cluster.get(DEPLOYMENT)["spec"].get("replicas", 0))

    def ask(self) -> httpx.Response:
        return httpx.post(f"{self.url}/v1/chat/completions", json={}, timeout=60, trust_env=False)


@pytest.fixture(scope="module")
def applied(cluster: kube.Kube) -> list[dict[str, Any]]:
    """The objects of the namespace as the program sends them, and what they refer to."""
    bodies = [
        whole(item.inputs)
        for item in declared("dev", *SHARED, *CHOICES)
        if item.kind.startswith("kubernetes:")
        and (
            item.inputs["kind"] == "PriorityClass"
            or CHAT in (item.inputs["metadata"].get("namespace"), item.inputs["metadata"]["name"])
        )
    ]
    cluster.add_node(
        "has-a-card", cpu="4", memory="16Gi", more={"nvidia.com/gpu": "1"}, labels=CARD, taints=[TAINT]
    )
    cluster.add_node("beside-it", cpu="4", memory="16Gi")
    place = {kind: number for number, kind in enumerate(FIRST)}
    bodies.sort(key=lambda body: place.get(body["kind"], len(place)))
    return [cluster.apply(body) for body in bodies]


@pytest.fixture(scope="module")
def stage(
    applied: list[dict[str, Any]], cluster: kube.Kube, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stage]:
    folder: Path = tmp_path_factory.mktemp("account")
    (folder / "token").write_text(cluster.token(CHAT, "waker"))
    (folder / "ca.crt").write_text(cluster.authority)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with serving(Ollama().answer) as upstream:
        here = {
            "WAKER_ACCOUNT_DIR": str(folder),
            "WAKER_API": cluster.server,
            "WAKER_HOST": "127.0.0.1",
            "WAKER_PORT": str(port),
            "WAKER_TICK_S": "0.2",
            "WAKER_UPSTREAM": upstream,
        }
        told = environment_of(running(*SHARED, *CHOICES)["Deployment waker"])
        process = subprocess.Popen(
            [sys.executable, "-m", "app.waker"], cwd=ROOT, env={**os.environ, **told, **here}
        )
        try:
            yield Stage(cluster, f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            process.wait(60)


def test_the_server_goes_from_one_to_none_to_one_and_to_none_again(
    stage: Stage, cluster: kube.Kube, applied: list[dict[str, Any]]
) -> None:
    (made,) = [
        body for body in applied if (body["kind"], body["metadata"]["name"]) == ("Deployment", "ollama")
    ]
    # What Kubernetes makes of no number.
    assert made["spec"]["replicas"] == 1
    cluster.wait("nobody asked, so it sleeps", lambda: stage.replicas() == 0)
    told = stage.ask()
    assert told.status_code == 503 and told.headers["retry-after"] == "30"
    assert stage.replicas() == 1
    cluster.wait("a pod on the card", lambda: cluster.get(DEPLOYMENT)["status"].get("readyReplicas") == 1)
    pods = cluster.get(f"/api/v1/namespaces/{CHAT}/pods")["items"]
    places = {
        pod["spec"]["nodeName"]
        for pod in pods
        if pod["metadata"]["labels"]["app.kubernetes.io/name"] == "ollama"
    }
    assert places == {"has-a-card"}
    assert stage.ask().status_code == 200
    # The next `up`, with another template: the number is not among what it sends.
    (body,) = [
        whole(item.inputs)
        for item in declared("dev", *SHARED, *CHOICES)
        if item.kind.endswith(":Deployment") and item.name == "ollama"
    ]
    body["spec"]["template"]["metadata"]["annotations"]["again"] = "yes"
    cluster.apply(body)
    assert stage.replicas() == 1
    long_ago = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    cluster.merge(LEASE, {"spec": {"renewTime": long_ago}})
    cluster.wait("idle, it sleeps again", lambda: stage.replicas() == 0)
    cluster.apply(body)
    assert stage.replicas() == 0


def test_everything_else_of_the_namespace_is_ready_within_its_quota(
    applied: list[dict[str, Any]], cluster: kube.Kube
) -> None:
    apps, jobs = f"/apis/apps/v1/namespaces/{CHAT}/deployments", f"/apis/batch/v1/namespaces/{CHAT}/jobs"
    for name in ("waker", "open-webui"):

        def ready(name: str = name) -> bool:
            return bool(cluster.get(f"{apps}/{name}")["status"].get("readyReplicas") == 1)

        cluster.wait(f"{name} ready", ready)
    cluster.wait("the job done", lambda: cluster.get(f"{jobs}/ollama-models")["status"].get("succeeded") == 1)


def test_the_waker_may_move_the_replicas_of_this_deployment_and_nothing_else(
    applied: list[dict[str, Any]], cluster: kube.Kube
) -> None:
    def may(
        verb: str, resource: str, *, name: str = "", group: str = "apps", part: str = "", space: str = CHAT
    ) -> bool:
        about = {
            "verb": verb,
            "resource": resource,
            "group": group,
            "namespace": space,
            "name": name,
            "subresource": part,
        }
        return cluster.may(USER, {key: value for key, value in about.items() if value})

    assert may("patch", "deployments", name="ollama", part="scale")
    assert may("patch", "leases", name="ollama-use", group="coordination.k8s.io")
    assert not may("patch", "deployments", name="ollama")
    assert not may("patch", "deployments", name="waker", part="scale")
    assert not may("patch", "deployments", name="ollama", part="scale", space="rag")
    assert not may("list", "pods", group="") and not may("get", "secrets", group="")
    assert not may("delete", "leases", name="ollama-use", group="coordination.k8s.io")


def test_the_namespace_refuses_a_privileged_pod(applied: list[dict[str, Any]], cluster: kube.Kube) -> None:
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "privileged", "namespace": CHAT},
        "spec": {"containers": [{"name": "one", "image": "one", "securityContext": {"privileged": True}}]},
    }
    with pytest.raises(kube.Refused, match='violates PodSecurity "restricted'):
        cluster.apply(pod)
