"""Every choice of network, control plane and machines at once: made, left alone by the next `up`, and taken down in order."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from . import account, kube
from .bench import Bench, Outcome
from .fake_aws import FakeAws
from .standins.cloud import Cloud

pytestmark = pytest.mark.engines

LOGS = ["api", "audit", "authenticator", "controllerManager", "scheduler"]
CHOICES: dict[str, Any] = {
    "airflow": "mwaa",
    "admins": ["arn:aws:iam::111122223333:role/platform"],
    "alarms": True,
    "allowedCidrs": ["203.0.113.7/32"],
    "autoscaler": True,
    "certificateArn": "arn:aws:acm:us-east-1:111122223333:certificate/00000000-0000-0000-0000-000000000000",
    "consoleTenant": "acme",
    "controlPlaneLogs": LOGS,
    "flowLogs": True,
    "gpu": "both",
    "interfaceEndpoints": ["ecr.api", "ecr.dkr", "sts"],
    "loginIssuer": "https://login.example",
    "loginAuthorizationUrl": "https://login.example/authorize",
    "loginTokenUrl": "https://login.example/token",
    "loginUserInfoUrl": "https://login.example/userinfo",
    "loginClientId": "genai-ops",
    "machineMetrics": True,
    "nat": "per_az",
    "ollama": "cluster",
    "shipLogs": True,
    "waf": True,
    "nodeZones": 2,
    "workHours": "08:00-19:00",
    "zones": ["a", "b", "c"],
}
GROUP = "aws:eks/nodeGroup:NodeGroup"
CLIENT_SECRET = "canary-of-the-login-9f2c"
# What the autoscaler and the schedules may have done since.
MOVED = {"minSize": 0, "desiredSize": 2, "maxSize": 7}
CARD = {"k8s.amazonaws.com/accelerator": "nvidia"}
TAINT = {"key": "nvidia.com/gpu", "value": "true", "effect": "NoSchedule"}


@dataclass
class Story:
    bench: Bench
    again: Outcome
    kinds: dict[str, int]
    kubernetes: list[dict[str, Any]]
    sizes: list[dict[str, Any]]
    left: dict[str, Any]
    deleted: list[str]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory, pulumi: Path, aws_server: FakeAws) -> Story:
    aws_server.reset()
    secret = aws_server.client("secretsmanager").create_secret(Name="login", SecretString=CLIENT_SECRET)[
        "ARN"
    ]
    bench = Bench(tmp_path_factory.mktemp("machines"), pulumi=pulumi, aws=aws_server)
    bench.init(**CHOICES, loginSecretArn=secret, paused=True)
    bench.up()
    # The model server's waker runs in it.
    account.push_image(aws_server)
    bench.configure(paused=False).up()
    kinds: dict[str, int] = {}
    for item in bench.state():
        kinds[item["type"]] = kinds.get(item["type"], 0) + 1
    kubernetes = [item["inputs"] for item in bench.state() if item["type"].startswith("kubernetes:")]
    _move_every_pool(bench)
    again = bench.up("--refresh")
    groups = [item for item in bench.rented().values() if item["type"] == GROUP]
    sizes = [item["outputs"]["scalingConfig"] for item in groups]
    bench.destroy()
    deleted = [call["urn"] for call in bench.calls("Delete") if "error" not in call]
    return Story(bench, again, kinds, kubernetes, sizes, bench.rented(), deleted)


def _move_every_pool(bench: Bench) -> None:
    with Cloud(str(bench.cloud), "[]").changing() as content:
        for item in content["objects"].values():
            if item["type"] == GROUP:
                item["inputs"]["scalingConfig"] = item["outputs"]["scalingConfig"] = dict(MOVED)


def test_the_client_secret_of_the_login_is_in_no_state_log_or_call(story: Story) -> None:
    seen = [
        file
        for file in story.bench.folder.rglob("*")
        if file.is_file() and CLIENT_SECRET.encode() in file.read_bytes()
    ]
    assert seen == []


def test_every_choice_is_made_as_often_as_it_was_chosen(story: Story) -> None:
    wanted = {
        "aws:mwaa/environment:Environment": 1,
        "aws:cloudformation/stack:Stack": 1,
        "aws:ec2/natGateway:NatGateway": 3,
        "aws:ec2/subnet:Subnet": 6,
        "aws:ec2/vpcEndpoint:VpcEndpoint": 5,
        "aws:ec2/flowLog:FlowLog": 1,
        "aws:eks/accessEntry:AccessEntry": 1,
        "aws:eks/addon:Addon": 6,
        "aws:cloudwatch/dashboard:Dashboard": 1,
        "aws:cloudwatch/metricAlarm:MetricAlarm": 6,
        GROUP: 3,
        "aws:autoscaling/schedule:Schedule": 6,
        # 80 redirects, 443 for all paths, one for the console.
        "aws:lb/listener:Listener": 3,
        "aws:wafv2/webAclAssociation:WebAclAssociation": 1,
    }
    assert {kind: story.kinds.get(kind) for kind in wanted} == wanted


def test_the_next_up_moves_no_pool_back(story: Story) -> None:
    assert len(story.sizes) == 3 and all(size == MOVED for size in story.sizes)
    assert not story.again.counts().keys() & {"create", "replace", "delete"}


def test_the_model_server_is_made_without_waiting_for_a_machine_with_a_card(story: Story) -> None:
    (ollama,) = [
        body
        for body in story.kubernetes
        if (body["kind"], body["metadata"]["name"]) == ("Deployment", "ollama")
    ]
    assert "replicas" not in ollama["spec"]
    (rules,) = [
        body
        for body in story.kubernetes
        if (body["kind"], body["metadata"]["name"]) == ("NetworkPolicy", "ollama")
    ]
    # As the gateway endpoint told them, and known only once it is there.
    assert {"cidr": "198.51.100.0/24"} in [
        peer.get("ipBlock") for rule in rules["spec"]["egress"] for peer in rule["to"]
    ]


def test_a_pause_takes_everything_down_in_an_order_that_aws_accepts(story: Story) -> None:
    assert story.left == {}
    # Each pool goes after its own schedules; between pools there is no order.
    for at, urn in enumerate(story.deleted):
        if GROUP in urn:
            later = [other for other in story.deleted[at:] if f"::{urn.split('::')[-1]}-" in other]
            assert later == [], urn
    assert account.names(story.bench.aws) == {*account.DURABLE, "secret login"}
    gone = [urn.split("::")[2].split("$")[-1] for urn in story.deleted]
    last = {kind: len(gone) - 1 - gone[::-1].index(kind) for kind in set(gone)}
    order = [
        ("kubernetes:apps/v1:DaemonSet", GROUP),
        (GROUP, "aws:ec2/natGateway:NatGateway"),
        (GROUP, "aws:ec2/route:Route"),
        ("aws:ec2/natGateway:NatGateway", "aws:ec2/internetGateway:InternetGateway"),
        ("aws:cloudformation/stack:Stack", "aws:lb/listener:Listener"),
        ("aws:wafv2/webAclAssociation:WebAclAssociation", "aws:lb/loadBalancer:LoadBalancer"),
        ("aws:lb/loadBalancer:LoadBalancer", "aws:ec2/internetGateway:InternetGateway"),
        ("aws:ec2/flowLog:FlowLog", "aws:ec2/vpc:Vpc"),
        ("aws:mwaa/environment:Environment", "aws:ec2/natGateway:NatGateway"),
        ("aws:mwaa/environment:Environment", "aws:cloudwatch/logGroup:LogGroup"),
    ]
    for first, later in order:
        assert last[first] < gone.index(later), f"a {later} went before a {first}"


# ---------------------------------------------------------------- the same objects, on a real API server


@pytest.fixture(scope="module")
def applied(story: Story, cluster: kube.Kube) -> list[dict[str, Any]]:
    bodies = [
        {key: value for key, value in body.items() if not key.startswith("__")} for body in story.kubernetes
    ]
    first = ("Namespace", "PriorityClass", "ServiceAccount", "ClusterRole", "Role", "ConfigMap")
    bodies.sort(key=lambda body: first.index(body["kind"]) if body["kind"] in first else len(first))
    cluster.add_node("main", cpu="2", memory="4Gi")
    cluster.add_node(
        "with-card", cpu="4", memory="16Gi", more={"nvidia.com/gpu": "2"}, labels=CARD, taints=[TAINT]
    )
    return [cluster.apply(body) for body in bodies]


def test_the_autoscaler_becomes_ready_and_finds_its_order_of_pools(
    applied: list[dict[str, Any]], cluster: kube.Kube
) -> None:
    where = "/apis/apps/v1/namespaces/system/deployments/cluster-autoscaler"
    cluster.wait("the autoscaler ready", lambda: cluster.get(where)["status"].get("readyReplicas") == 1)
    order = cluster.get("/api/v1/namespaces/system/configmaps/cluster-autoscaler-priority-expander")
    assert "gpu-spot" in order["data"]["priorities"]


def test_the_device_plugin_runs_on_the_machine_with_the_card_and_on_no_other(
    applied: list[dict[str, Any]], cluster: kube.Kube
) -> None:
    where = "/apis/apps/v1/namespaces/system/daemonsets/nvidia-device-plugin"
    cluster.wait("the device plugin ready", lambda: cluster.get(where)["status"].get("numberReady") == 1)
    pods = cluster.get("/api/v1/namespaces/system/pods")["items"]
    machines = [
        pod["spec"]["nodeName"] for pod in pods if pod["metadata"]["name"].startswith("nvidia-device-plugin")
    ]
    assert machines == ["with-card"]


def test_a_pod_that_wants_a_card_gets_the_machine_that_has_one(
    applied: list[dict[str, Any]], cluster: kube.Kube
) -> None:
    wants = {"limits": {"nvidia.com/gpu": "1", "memory": "1Gi"}}
    pod = {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": "wants-a-card", "namespace": "system"},
        "spec": {
            "tolerations": [TAINT | {"operator": "Equal"}],
            "containers": [{"name": "one", "image": "one", "resources": wants}],
        },
    }
    cluster.apply(pod)
    where = "/api/v1/namespaces/system/pods/wants-a-card"
    cluster.wait("a pod on the card", lambda: cluster.get(where)["spec"].get("nodeName") == "with-card")


def test_the_service_account_of_the_autoscaler_may_read_pods_and_not_secrets(
    applied: list[dict[str, Any]], cluster: kube.Kube
) -> None:
    def may(verb: str, resource: str, *, space: str = "") -> bool:
        about = {"verb": verb, "resource": resource, **({"namespace": space} if space else {})}
        return cluster.may("system:serviceaccount:system:cluster-autoscaler", about)

    assert may("list", "pods") and may("update", "nodes")
    assert not may("get", "secrets", space="system") and not may("create", "pods", space="system")
