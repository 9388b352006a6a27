"""AppService: what every app of ours needs to run in the cluster, from its network rules to its permissions in AWS."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_kubernetes import apps, autoscaling, core, networking, policy

from infra.doors import NODE_PORTS
from infra.naming import APP_PORT, LIVE_PATH, READY_PATH
from infra.stack import Stack
from infra.workloads import traffic
from infra.workloads.ground import Ground
from infra.workloads.identity import Statement, identity
from infra.workloads.namespaces import Namespaces
from infra.workloads.pods import TMP_DIR, Disk, Pod, Size, container, http_probe

DATA_DIR = "/data"
# Of the promised CPU: half is left for the seconds until another pod answers.
BUSY_PERCENT = 60
# The load balancer may send for a moment longer to a pod that is going: it hears of it through the machines.
LINGER_S = 5
# A pod that first builds its index from a large bucket needs longer than the ten minutes that Kubernetes and Pulumi grant.
PATIENCE_S = 3600
SIZE = Size(cpu="250m", memory="768Mi", cpu_limit="2", memory_limit="2Gi")


@dataclass(frozen=True)
class Scale:
    """Between how many pods the autoscaler chooses."""

    least: int
    most: int


@dataclass(frozen=True, kw_only=True)
class App:
    """One app, in its own terms.

    Without `scale` its truth is its own disk or its users' sessions, so there is exactly one of it, never two side by side.
    `port` is None for an app that only works off a queue: nobody can call it, and the kubelet sees its process end.
    `first` runs before it with the same image and disks.
    """

    name: str
    space: str
    image: str
    environment: Mapping[str, Any]
    command: Sequence[str] = ()
    permissions: Sequence[pulumi.Input[Statement]] = ()
    port: int | None = APP_PORT
    live_path: str = LIVE_PATH
    ready_path: str = READY_PATH
    scale: Scale | None = None
    reaches: Sequence[traffic.Server] = ()
    internet: bool = True
    # Instead of all addresses by TLS: the public web only, for an app that fetches what people name.
    web_only: bool = False
    reached_from: Sequence[str] = ()
    first: Sequence[Mapping[str, Any]] = ()
    disks: Mapping[str, Disk] = field(default_factory=lambda: {"data": Disk(DATA_DIR, "8Gi")})
    size: Size = SIZE
    priority: str = "genai-app"
    # To load a model, or to bring its tables up to date, before liveness may judge.
    start_s: int = 120
    patience_s: int = PATIENCE_S

    def __post_init__(self) -> None:
        if self.port is not None and self.name not in NODE_PORTS:
            raise ValueError(f"{self.name!r} has no node port; give it a door in infra/doors.py.")

    @property
    def labels(self) -> dict[str, str]:
        return {"app.kubernetes.io/name": self.name}

    @property
    def server(self) -> traffic.Server:
        return traffic.Server(self.name, self.space, self.port or 0)

    @property
    def mounts(self) -> dict[str, str]:
        return {name: disk.path for name, disk in self.disks.items()} | {"tmp": TMP_DIR}


class AppService(pulumi.ComponentResource):
    """Identity, network rules, Deployment with its autoscaler, NodePort Service and disruption budget of one app."""

    def __init__(
        self,
        app: App,
        stack: Stack,
        ground: Ground,
        spaces: Namespaces,
        *,
        after: Sequence[pulumi.Resource] = (),
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:workloads:AppService", app.name, None, opts)
        self.app, self.ground = app, ground
        self.labels = {**app.labels, "app.kubernetes.io/part-of": stack.project}
        ready = spaces.ready[app.space]
        who = (
            identity(
                app.name,
                stack,
                ground.control,
                space=app.space,
                permissions=app.permissions,
                parent=self,
            )
            if app.permissions and ground.control is not None
            else []
        )
        account = core.v1.ServiceAccount(
            app.name,
            metadata=self._metadata(),
            automount_service_account_token=False,
            opts=self._inside(*ready),
        )
        rules = networking.v1.NetworkPolicy(
            app.name,
            metadata=self._metadata(),
            spec=network_rules(
                app,
                self.labels,
                node_ranges=ground.node_ranges,
                endpoints=bool(stack.interface_endpoints),
            ),
            opts=self._inside(*ready),
        )
        deployment = apps.v1.Deployment(
            app.name,
            metadata=self._metadata(),
            spec=deployment_spec(app, self.labels),
            # Up: nothing starts before it may run and may ask for its secrets. Down: it is gone before they are.
            opts=self._inside(*ready, account, rules, *who, *ground.ready, *after, long=True),
        )
        if app.port is not None:
            core.v1.Service(
                app.name,
                metadata=self._metadata(),
                spec=service_spec(app, self.labels, outside=bool(ground.node_ranges)),
                opts=self._inside(*ready),
            )
        if app.scale is not None:
            autoscaling.v2.HorizontalPodAutoscaler(
                app.name,
                metadata=self._metadata(),
                spec=autoscaler_spec(app.name, app.scale),
                opts=self._inside(deployment),
            )
        policy.v1.PodDisruptionBudget(
            app.name,
            metadata=self._metadata(),
            # Not minAvailable: with one replica that would forbid every drain, and a node group could never be emptied.
            spec={"max_unavailable": 1, "selector": {"match_labels": self.labels}},
            opts=self._inside(*ready),
        )
        self.ready: list[pulumi.Resource] = [deployment]
        self.register_outputs({"namespace": app.space})

    def _metadata(self) -> dict[str, Any]:
        return {"name": self.app.name, "namespace": self.app.space, "labels": self.labels}

    def _inside(self, *after: pulumi.Resource, long: bool = False) -> pulumi.ResourceOptions:
        patience = f"{self.app.patience_s}s"
        return pulumi.ResourceOptions(
            parent=self,
            provider=self.ground.provider,
            depends_on=list(after),
            custom_timeouts=pulumi.CustomTimeouts(create=patience, update=patience) if long else None,
        )


def network_rules(
    app: App, labels: Mapping[str, str], *, node_ranges: Sequence[str], endpoints: bool = False
) -> dict[str, Any]:
    """What an app needs of a network that is closed: the nodes in, names, its AWS credentials, its stores, TLS outwards."""
    # A rule without ranges would let everybody in.
    ingress = [traffic.from_nodes(node_ranges, port=app.port)] if app.port is not None and node_ranges else []
    if app.reached_from:
        ingress.append(traffic.from_marked(app.server, spaces=app.reached_from))
    egress = [traffic.names()]
    egress += [traffic.credentials()] if app.permissions else []
    if app.web_only:
        egress.append(traffic.public_web())
        egress += [traffic.endpoints(node_ranges)] if endpoints else []
    elif app.internet:
        egress.append(traffic.internet())
    return traffic.opening(
        labels, ingress=ingress, egress=[*egress, *(traffic.to(server) for server in app.reaches)]
    )


def service_spec(app: App, labels: Mapping[str, str], *, outside: bool) -> dict[str, Any]:
    """`outside`: whether a load balancer reaches it through a port of every machine."""
    door = {"node_port": NODE_PORTS[app.name]} if outside else {}
    return {
        "type": "NodePort" if outside else "ClusterIP",
        "selector": dict(labels),
        # The same number inside as on the pod: network rules see the one before or after the Service is resolved.
        "ports": [{"name": "http", "port": app.port, "target_port": "http", **door, "protocol": "TCP"}],
    }


def autoscaler_spec(name: str, scale: Scale) -> dict[str, Any]:
    return {
        "scale_target_ref": {"api_version": "apps/v1", "kind": "Deployment", "name": name},
        "min_replicas": scale.least,
        "max_replicas": scale.most,
        "metrics": [
            {
                "type": "Resource",
                "resource": {
                    "name": "cpu",
                    "target": {"type": "Utilization", "average_utilization": BUSY_PERCENT},
                },
            }
        ],
        # A pod needs half a minute to load its model: letting it go in a short lull costs more than keeping it.
        "behavior": {"scale_down": {"stabilization_window_seconds": 300}},
    }


def deployment_spec(app: App, labels: Mapping[str, str]) -> dict[str, Any]:
    marks = {key: value for server in app.reaches for key, value in server.mark.items()}
    return {
        # No number where an autoscaler decides: the next `up` would set it back to one in the middle of the day.
        **({"replicas": 1} if app.scale is None else {}),
        "progress_deadline_seconds": app.patience_s,
        "selector": {"match_labels": dict(labels)},
        # Two pods of an app that owns its disk would be two truths, even for the seconds of a rolling update.
        "strategy": {"type": "Recreate"}
        if app.scale is None
        else {"type": "RollingUpdate", "rolling_update": {"max_unavailable": 0, "max_surge": 1}},
        "template": {"metadata": {"labels": {**labels, **marks}}, "spec": pod(app, labels).spec()},
    }


def pod(app: App, labels: Mapping[str, str]) -> Pod:
    return Pod(
        account=app.name,
        containers=[_container(app)],
        first=app.first,
        disks={**app.disks, "tmp": Disk(TMP_DIR, "1Gi")},
        labels=labels,
        priority=app.priority,
    )


def _container(app: App) -> dict[str, Any]:
    more: dict[str, Any] = {}
    if app.port is not None:
        more = {
            "startup_probe": http_probe(app.live_path, "http", period=2, failures=app.start_s // 2),
            "liveness_probe": http_probe(app.live_path, "http", period=10, failures=3),
            "readiness_probe": http_probe(app.ready_path, "http", period=5, failures=2),
            "lifecycle": {"pre_stop": {"sleep": {"seconds": LINGER_S}}},
        }
    return container(
        app.name,
        image=app.image,
        size=app.size,
        mounts=app.mounts,
        command=app.command,
        environment=app.environment,
        ports={"http": app.port} if app.port is not None else None,
        more=more,
    )
