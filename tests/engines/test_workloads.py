"""Everything that runs in the cluster, in its widest form, on a real API server: taken, admitted, scheduled and ready."""

from collections.abc import Iterator
from typing import Any

import pytest

from infra.rehearsal import whole
from infra.workloads.namespaces import SYSTEM
from tests.infra.program import declared
from tests.infra.workloads.objects import MONITORED, RENDERED, THREE, TRACKED

from . import kube

pytestmark = pytest.mark.engines

WATCHED = (("alarms", "true"), ("machineMetrics", "true"), ("shipLogs", "true"), *MONITORED)
CHOICES = (*THREE, ("chatModel", "nova-2-lite"), ("embedder", "bedrock"), *TRACKED, *RENDERED, *WATCHED)
# What others lean on comes first; the engine knows the same from the graph.
ORDER = (
    *("Namespace", "PriorityClass", "ResourceQuota", "LimitRange", "ServiceAccount", "ConfigMap"),
    *("PersistentVolume", "PersistentVolumeClaim"),
)


@pytest.fixture(scope="module")
def objects() -> list[dict[str, Any]]:
    """The bodies that the program would send, as the rehearsal records them."""
    bodies = [whole(item.inputs) for item in declared("dev", *CHOICES) if item.kind.startswith("kubernetes:")]
    place = {kind: number for number, kind in enumerate(ORDER)}
    return sorted(bodies, key=lambda body: place.get(body["kind"], len(place)))


@pytest.fixture(scope="module")
def applied(objects: list[dict[str, Any]], cluster: kube.Kube) -> Iterator[list[dict[str, Any]]]:
    for number in (2, 3, 4):
        # In the zone of the database's volume.
        zone = {"topology.kubernetes.io/zone": "us-east-1a"}
        cluster.add_node(f"wide-{number}", cpu="4", memory="16Gi", labels=zone)
    yield [cluster.apply(body) for body in objects]


def of(kind: str, bodies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [body for body in bodies if body["kind"] == kind]


def path(body: dict[str, Any], group: str, plural: str) -> str:
    metadata = body["metadata"]
    return f"/apis/{group}/namespaces/{metadata['namespace']}/{plural}/{metadata['name']}"


def test_the_api_server_takes_every_object_without_an_unknown_field(
    objects: list[dict[str, Any]], applied: list[dict[str, Any]]
) -> None:
    assert len(applied) == len(objects)
    wanted = {"StatefulSet", "Job", "CronJob", "HorizontalPodAutoscaler", "PodDisruptionBudget", *ORDER}
    assert wanted <= {body["kind"] for body in applied}


def test_everything_becomes_ready_within_its_quota(applied: list[dict[str, Any]], cluster: kube.Kube) -> None:
    for body in (*of("Deployment", applied), *of("StatefulSet", applied)):
        where = path(body, "apps/v1", f"{body['kind'].lower()}s")

        def ready(where: str = where) -> bool:
            found = cluster.get(where)
            return bool(found["status"].get("readyReplicas") == found["spec"]["replicas"])

        cluster.wait(f"{where} ready", ready)


def test_a_second_up_undoes_no_number_of_pods_that_an_autoscaler_has_chosen(
    objects: list[dict[str, Any]], applied: list[dict[str, Any]], cluster: kube.Kube
) -> None:
    scaled = {body["metadata"]["name"] for body in of("HorizontalPodAutoscaler", applied)}
    assert scaled == {"rag", "rag-worker"}
    for body in of("Deployment", objects):
        if body["metadata"]["name"] not in scaled:
            continue
        where = path(body, "apps/v1", "deployments")
        # As its controller does it: through the scale, under a name of its own.
        cluster.merge(f"{where}/scale", {"spec": {"replicas": 2}})
        assert cluster.apply(body)["spec"]["replicas"] == 2
        assert cluster.get(where)["spec"]["replicas"] == 2


def test_every_job_comes_to_its_end(applied: list[dict[str, Any]], cluster: kube.Kube) -> None:
    for job in of("Job", applied):
        where = path(job, "batch/v1", "jobs")

        def done(where: str = where) -> bool:
            return bool(cluster.get(where)["status"].get("succeeded") == 1)

        cluster.wait(f"{where} done", done)


def test_the_database_is_bound_to_its_one_volume(applied: list[dict[str, Any]], cluster: kube.Kube) -> None:
    claim = "/api/v1/namespaces/stores/persistentvolumeclaims/postgresql"
    cluster.wait("the claim is bound", lambda: cluster.get(claim)["status"].get("phase") == "Bound")
    assert cluster.get(claim)["spec"]["volumeName"] == "genai-ops-dev-postgresql"


def test_three_nodes_of_opensearch_stand_on_three_machines(
    applied: list[dict[str, Any]], cluster: kube.Kube
) -> None:
    pods = cluster.get("/api/v1/namespaces/stores/pods")["items"]
    machines = [pod["spec"]["nodeName"] for pod in pods if pod["metadata"]["name"].startswith("opensearch-")]
    assert len(machines) == len(set(machines)) == 3


def test_every_namespace_but_the_system_one_refuses_a_privileged_pod(
    applied: list[dict[str, Any]], cluster: kube.Kube
) -> None:
    spaces = {body["metadata"]["name"] for body in of("Namespace", applied)}
    assert {"rag", "stores", "console", SYSTEM} <= spaces
    for space in spaces - {SYSTEM}:
        with pytest.raises(kube.Refused, match='violates PodSecurity "restricted'):
            cluster.apply(privileged(space))
    assert cluster.apply(privileged(SYSTEM))["metadata"]["name"] == "mounts-the-machine"


def test_nothing_can_ask_for_a_load_balancer_or_a_volume(
    applied: list[dict[str, Any]], cluster: kube.Kube
) -> None:
    for space in ("rag", "stores", "console", "monitoring", "mlflow", "airflow", SYSTEM):
        balancer = {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": "unknown-to-state", "namespace": space},
            "spec": {"type": "LoadBalancer", "ports": [{"port": 80}]},
        }
        with pytest.raises(kube.Refused, match=r"exceeded quota: share.*services\.loadbalancers"):
            cluster.apply(balancer)
        claim = {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": "unknown-to-state", "namespace": space},
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
        }
        with pytest.raises(kube.Refused, match=r"exceeded quota: share.*persistentvolumeclaims"):
            cluster.apply(claim)


def test_a_container_that_names_no_bounds_gets_some(
    applied: list[dict[str, Any]], cluster: kube.Kube
) -> None:
    body = privileged(SYSTEM)
    body["metadata"]["name"] = "unbounded"
    resources = cluster.apply(body)["spec"]["containers"][0]["resources"]
    assert resources["limits"]["memory"] == "256Mi" and resources["requests"]["cpu"] == "50m"


def privileged(space: str) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "mounts-the-machine", "namespace": space},
        "spec": {
            "containers": [{"name": "one", "image": "one", "securityContext": {"privileged": True}}],
            "volumes": [{"name": "machine", "hostPath": {"path": "/"}}],
        },
    }
