"""What runs indoors: workloads that no door leads to, as plain objects. Only pods that carry their mark reach them, if any."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import pulumi
from pulumi_kubernetes import apps, batch, core, networking, policy

from infra.stack import Stack
from infra.workloads import traffic
from infra.workloads.ground import Ground
from infra.workloads.namespaces import Namespaces
from infra.workloads.pods import Pod


class Indoors:
    """Declares the objects of one component in one namespace; whoever looks at them goes through `kubectl port-forward`.

    `marks`: labels of all of them that nobody selects by.
    """

    def __init__(
        self,
        parent: pulumi.Resource,
        stack: Stack,
        ground: Ground,
        spaces: Namespaces,
        *,
        space: str,
        marks: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.parent, self.project, self.ground, self.space = parent, stack.project, ground, space
        self.marks, self.ready = marks, spaces.ready[space]

    def account(self, name: str) -> core.v1.ServiceAccount:
        return core.v1.ServiceAccount(
            name,
            metadata=self._metadata(name),
            automount_service_account_token=False,
            opts=self._after(*self.ready),
        )

    def rules(
        self, name: str, *, ingress: list[traffic.Rule], egress: list[traffic.Rule]
    ) -> networking.v1.NetworkPolicy:
        return networking.v1.NetworkPolicy(
            name,
            metadata=self._metadata(name),
            spec=traffic.opening(self.labels(name), ingress=ingress, egress=egress),
            opts=self._after(*self.ready),
        )

    def deployment(
        self,
        name: str,
        pod: Pod,
        *,
        reaches: Sequence[traffic.Server],
        after: Sequence[pulumi.Resource],
    ) -> apps.v1.Deployment:
        """One pod, never two side by side, that an emptying machine may move."""
        labels = self.labels(name)
        policy.v1.PodDisruptionBudget(
            name,
            metadata=self._metadata(name),
            spec={"max_unavailable": 1, "selector": {"match_labels": labels}},
            opts=self._after(*self.ready),
        )
        return apps.v1.Deployment(
            name,
            metadata=self._metadata(name),
            spec={
                "replicas": 1,
                "selector": {"match_labels": labels},
                "strategy": {"type": "Recreate"},
                "template": self._template(name, pod.spec(), reaches),
            },
            opts=self._running(after),
        )

    def job(
        self,
        name: str,
        pod: Pod,
        *,
        title: str,
        reaches: Sequence[traffic.Server],
        after: Sequence[pulumi.Resource],
    ) -> batch.v1.Job:
        """`title` is its name in the cluster: with another one it is another Job, which runs; the one before goes."""
        return batch.v1.Job(
            name,
            metadata=self._metadata(name) | {"name": title},
            spec={
                "backoff_limit": 6,
                "template": self._template(name, {**pod.spec(), "restart_policy": "OnFailure"}, reaches),
            },
            opts=self._running(after),
        )

    def service(self, server: traffic.Server) -> core.v1.Service:
        return core.v1.Service(
            server.name,
            metadata=self._metadata(server.name),
            spec={
                "selector": self.labels(server.name),
                "ports": [{"name": "http", "port": server.port, "target_port": "http", "protocol": "TCP"}],
            },
            opts=self._after(*self.ready),
        )

    def labels(self, name: str) -> dict[str, str]:
        return {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": self.project}

    def _template(
        self, name: str, spec: Mapping[str, Any], reaches: Sequence[traffic.Server]
    ) -> dict[str, Any]:
        marks = {key: value for server in reaches for key, value in server.mark.items()}
        return {"metadata": {"labels": {**self.labels(name), **self.marks, **marks}}, "spec": dict(spec)}

    def _metadata(self, name: str) -> dict[str, Any]:
        return {"name": name, "namespace": self.space, "labels": {**self.labels(name), **self.marks}}

    def _running(self, after: Sequence[pulumi.Resource]) -> pulumi.ResourceOptions:
        return self._after(*self.ready, *after, *self.ground.ready)

    def _after(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self.parent, provider=self.ground.provider, depends_on=list(after)
        )
