"""AppService: what every app of ours needs to run in the cluster, from its namespace to its permissions in AWS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_aws import eks, iam
from pulumi_kubernetes import apps, core, networking, policy

from infra.cluster.room import Cluster
from infra.naming import APP_PORT, LIVE_PATH, NODE_PORTS, READY_PATH
from infra.stack import Stack

# The number the image creates its user with; named here because runAsNonRoot cannot check a user name.
RUN_AS = 10001
# Where the pod-identity agent answers on every node.
POD_IDENTITY_AGENT = "169.254.170.23/32"
DATA_DIR = "/data"
# The root is read-only, so what the language and its libraries write needs a place.
TMP_DIR = "/tmp"  # noqa: S108  a mount of the pod, nobody else's


@dataclass(frozen=True)
class App:
    """One app, in its own terms. With `replicas_shared` false its stores are its own disk, so there is exactly one of it."""

    name: str
    image: str
    environment: Mapping[str, pulumi.Input[str]]
    permissions: Sequence[pulumi.Input[Mapping[str, Any]]] = field(default=())
    replicas_shared: bool = False
    cpu_request: str = "250m"
    cpu_limit: str = "2"
    memory_request: str = "768Mi"
    memory_limit: str = "2Gi"
    data_limit: str = "8Gi"

    def __post_init__(self) -> None:
        if self.name not in NODE_PORTS:
            raise ValueError(f"{self.name!r} has no node port; give it one in infra/naming.py.")


class AppService(pulumi.ComponentResource):
    """Namespace, identity, network rules, Deployment, NodePort Service and disruption budget of one app."""

    def __init__(
        self, app: App, stack: Stack, cluster: Cluster, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("genai:workloads:AppService", app.name, None, opts)
        self.app, self.stack, self.cluster = app, stack, cluster
        self.labels = {"app.kubernetes.io/name": app.name, "app.kubernetes.io/part-of": stack.project}
        namespace = core.v1.Namespace(
            app.name, metadata=namespace_metadata(app.name, self.labels), opts=self._inside()
        )
        self.namespace = app.name
        identity = self._identity()
        account = core.v1.ServiceAccount(
            app.name,
            metadata=self._metadata(),
            # Pod identity mounts a token of its own; the cluster's API is none of the app's business.
            automount_service_account_token=False,
            opts=self._inside(namespace),
        )
        rules = [
            networking.v1.NetworkPolicy(
                f"{app.name}-{name}", metadata=self._metadata(name), spec=spec, opts=self._inside(namespace)
            )
            for name, spec in network_rules(self.labels, node_ranges=cluster.network.private_cidrs).items()
        ]
        deployment = apps.v1.Deployment(
            app.name,
            metadata=self._metadata(),
            spec=deployment_spec(app, self.labels),
            # Up: nothing starts before it may run and may ask for its secrets. Down: it is gone before they are.
            opts=self._inside(
                namespace, account, *rules, *identity, *cluster.nodes.ready, *cluster.control.addons
            ),
        )
        core.v1.Service(
            app.name,
            metadata=self._metadata(),
            spec=service_spec(app.name, self.labels),
            opts=self._inside(namespace),
        )
        policy.v1.PodDisruptionBudget(
            app.name,
            metadata=self._metadata(),
            # Not minAvailable: with one replica that would forbid every drain, and a node group could never be emptied.
            spec={"max_unavailable": 1, "selector": {"match_labels": self.labels}},
            opts=self._inside(namespace),
        )
        self.ready: list[pulumi.Resource] = [deployment]
        self.register_outputs({"namespace": self.namespace})

    def _identity(self) -> list[pulumi.Resource]:
        """A role that this service account, in this cluster, and nobody else can take."""
        name, stack = self.app.name, self.stack
        child = pulumi.ResourceOptions(parent=self)
        role = iam.Role(
            f"{stack.prefix}-{name}",
            assume_role_policy=pulumi.Output.json_dumps(pod_trust(cluster=stack.prefix, app=name)),
            tags=stack.tags.rented(),
            opts=child,
        )
        allowed = iam.RolePolicy(
            name,
            role=role.name,
            policy=pulumi.Output.json_dumps(
                {"Version": "2012-10-17", "Statement": list(self.app.permissions)}
            ),
            opts=child,
        )
        association = eks.PodIdentityAssociation(
            name,
            cluster_name=self.cluster.control.name,
            namespace=name,
            service_account=name,
            role_arn=role.arn,
            tags=stack.tags.rented(),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[*self.cluster.control.addons]),
        )
        return [allowed, association]

    def _metadata(self, name: str | None = None) -> dict[str, Any]:
        return {"name": name or self.app.name, "namespace": self.namespace, "labels": self.labels}

    def _inside(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self, provider=self.cluster.control.provider, depends_on=list(after)
        )


def namespace_metadata(name: str, labels: Mapping[str, str]) -> dict[str, Any]:
    """A namespace that refuses every pod the restricted Pod Security Standard refuses."""
    levels = {f"pod-security.kubernetes.io/{mode}": "restricted" for mode in ("enforce", "audit", "warn")}
    return {"name": name, "labels": {**labels, **levels}}


def pod_trust(*, cluster: str, app: str) -> dict[str, Any]:
    """EKS sets these tags itself when a pod asks. Without them any association in the account could take the role."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "pods.eks.amazonaws.com"},
                "Action": ["sts:AssumeRole", "sts:TagSession"],
                "Condition": {
                    "StringEquals": {
                        "aws:RequestTag/eks-cluster-name": cluster,
                        "aws:RequestTag/kubernetes-namespace": app,
                        "aws:RequestTag/kubernetes-service-account": app,
                    }
                },
            }
        ],
    }


def network_rules(labels: Mapping[str, str], *, node_ranges: Sequence[str]) -> dict[str, Any]:
    """Nothing in or out, then what an app needs: the nodes in (the load balancer arrives through them), names, its
    AWS credentials, and TLS outwards."""
    everything_else = {"pod_selector": {}, "policy_types": ["Ingress", "Egress"]}
    names = {
        "to": [{"namespace_selector": {"match_labels": {"kubernetes.io/metadata.name": "kube-system"}}}],
        "ports": [{"protocol": "UDP", "port": 53}, {"protocol": "TCP", "port": 53}],
    }
    credentials = {
        "to": [{"ip_block": {"cidr": POD_IDENTITY_AGENT}}],
        "ports": [{"protocol": "TCP", "port": 80}],
    }
    outwards = {"to": [{"ip_block": {"cidr": "0.0.0.0/0"}}], "ports": [{"protocol": "TCP", "port": 443}]}
    inwards = {
        "from_": [{"ip_block": {"cidr": cidr}} for cidr in node_ranges],
        "ports": [{"protocol": "TCP", "port": APP_PORT}],
    }
    return {
        "deny-all": everything_else,
        "allow-needed": {
            "pod_selector": {"match_labels": dict(labels)},
            "policy_types": ["Ingress", "Egress"],
            "ingress": [inwards],
            "egress": [names, credentials, outwards],
        },
    }


def service_spec(app: str, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "type": "NodePort",
        "selector": dict(labels),
        "ports": [
            {
                "name": "http",
                "port": 80,
                "target_port": "http",
                "node_port": NODE_PORTS[app],
                "protocol": "TCP",
            }
        ],
    }


def deployment_spec(app: App, labels: Mapping[str, str]) -> dict[str, Any]:
    return {
        "replicas": 1 if not app.replicas_shared else 2,
        "selector": {"match_labels": dict(labels)},
        # Two pods of an app that owns its disk would be two truths, even for the seconds of a rolling update.
        "strategy": {"type": "RollingUpdate" if app.replicas_shared else "Recreate"},
        "template": {"metadata": {"labels": dict(labels)}, "spec": pod_spec(app)},
    }


def pod_spec(app: App) -> dict[str, Any]:
    return {
        "service_account_name": app.name,
        "automount_service_account_token": False,
        "enable_service_links": False,
        "termination_grace_period_seconds": 30,
        "security_context": {
            "run_as_non_root": True,
            "run_as_user": RUN_AS,
            "run_as_group": RUN_AS,
            "fs_group": RUN_AS,
            "seccomp_profile": {"type": "RuntimeDefault"},
        },
        "containers": [_container(app)],
        "volumes": [
            {"name": "data", "empty_dir": {"size_limit": app.data_limit}},
            {"name": "tmp", "empty_dir": {"size_limit": "1Gi"}},
        ],
    }


def _container(app: App) -> dict[str, Any]:
    environment = {
        "GENAI_HOST": "0.0.0.0",
        "GENAI_PORT": str(APP_PORT),
        "GENAI_DATA_DIR": DATA_DIR,
        **app.environment,
    }
    return {
        "name": app.name,
        "image": app.image,
        "image_pull_policy": "IfNotPresent",
        "env": [{"name": name, "value": value} for name, value in sorted(environment.items())],
        "ports": [{"name": "http", "container_port": APP_PORT, "protocol": "TCP"}],
        # Two minutes to load a model on a small node before liveness may judge.
        "startup_probe": _probe(LIVE_PATH, period=2, failures=60),
        "liveness_probe": _probe(LIVE_PATH, period=10, failures=3),
        "readiness_probe": _probe(READY_PATH, period=5, failures=2),
        "resources": {
            "requests": {"cpu": app.cpu_request, "memory": app.memory_request},
            "limits": {"cpu": app.cpu_limit, "memory": app.memory_limit},
        },
        "security_context": {
            "allow_privilege_escalation": False,
            "read_only_root_filesystem": True,
            "run_as_non_root": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volume_mounts": [{"name": "data", "mount_path": DATA_DIR}, {"name": "tmp", "mount_path": TMP_DIR}],
    }


def _probe(path: str, *, period: int, failures: int) -> dict[str, Any]:
    return {
        "http_get": {"path": path, "port": "http"},
        "period_seconds": period,
        "timeout_seconds": 3,
        "failure_threshold": failures,
    }
