"""Every pod of the platform: restricted, read-only, without a token, spread, and never counted by two."""

import pytest

from infra.doors import NODE_PORTS

from .objects import SHARED, THREE, every, pod_of, running, spec

VARIANTS = {"embedded": (), "shared": SHARED, "three": THREE}
ALL = pytest.mark.parametrize("changes", VARIANTS.values(), ids=VARIANTS.keys())
Changes = tuple[tuple[str, str], ...]


@ALL
def test_every_pod_keeps_to_the_restricted_standard_and_a_read_only_root(changes: Changes):
    for where, item in running(*changes).items():
        pod = pod_of(item)
        assert pod["securityContext"]["runAsNonRoot"] and pod["securityContext"]["runAsUser"] > 0, where
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, where
        for container in (*pod.get("initContainers", []), *pod["containers"]):
            context = container["securityContext"]
            assert context["readOnlyRootFilesystem"] and not context["allowPrivilegeEscalation"], where
            assert context["capabilities"] == {"drop": ["ALL"]}, where
        assert all({"emptyDir", "configMap"} & volume.keys() for volume in pod["volumes"]), where
        scratch = [volume["emptyDir"] for volume in pod["volumes"] if "emptyDir" in volume]
        assert all(folder["sizeLimit"] for folder in scratch), where


@ALL
def test_no_pod_gets_a_token_for_the_cluster(changes: Changes):
    accounts = every("ServiceAccount", *changes)
    for where, item in running(*changes).items():
        pod = pod_of(item)
        assert pod["automountServiceAccountToken"] is False, where
        assert accounts[pod["serviceAccountName"]].inputs["automountServiceAccountToken"] is False, where


@ALL
def test_where_an_autoscaler_decides_nobody_else_names_a_number(changes: Changes):
    scaled = {
        item.inputs["spec"]["scaleTargetRef"]["name"]
        for item in every("HorizontalPodAutoscaler", *changes).values()
    }
    for name, item in every("Deployment", *changes).items():
        assert ("replicas" in item.inputs["spec"]) == (name not in scaled), name


@ALL
def test_pods_spread_over_zones_and_machines(changes: Changes):
    for where, item in running(*changes).items():
        spread = {part["topologyKey"]: part for part in pod_of(item)["topologySpreadConstraints"]}
        assert spread.keys() == {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}, where
        strict = item.kind.endswith("StatefulSet") and changes == THREE
        wanted = "DoNotSchedule" if strict else "ScheduleAnyway"
        assert spread["kubernetes.io/hostname"]["whenUnsatisfiable"] == wanted, where


@ALL
def test_a_drain_is_always_possible(changes: Changes):
    assert all(
        item.inputs["spec"]["maxUnavailable"] == 1 for item in every("PodDisruptionBudget", *changes).values()
    )


@ALL
def test_only_services_of_the_node_port_table_are_open_to_the_nodes(changes: Changes):
    opened = {
        name: port["nodePort"]
        for name, item in every("Service", *changes).items()
        for port in item.inputs["spec"]["ports"]
        if item.inputs["spec"].get("type") == "NodePort"
    }
    assert opened.items() <= NODE_PORTS.items()
    assert not any(item.inputs["spec"].get("type") == "LoadBalancer" for item in every("Service").values())


def test_replicas_that_share_their_stores_are_replaced_without_a_gap():
    for name in ("rag", "rag-worker"):
        rolling = spec("Deployment", name, *SHARED)["strategy"]
        assert rolling == {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": 0, "maxSurge": 1}}
    bounds = spec("HorizontalPodAutoscaler", "rag", *SHARED)
    assert (bounds["minReplicas"], bounds["maxReplicas"]) == (2, 4)


def test_a_pod_that_goes_lets_the_load_balancer_hear_of_it_first():
    (container,) = pod_of(every("Deployment", *SHARED)["rag"])["containers"]
    assert container["lifecycle"] == {"preStop": {"sleep": {"seconds": 5}}}
