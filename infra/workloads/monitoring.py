"""Monitoring inside the cluster: Prometheus, Alertmanager and Grafana as plain objects; what they know goes with a pause."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

import pulumi
from pulumi_kubernetes import apps, core, networking, rbac

from infra.adopt import Found
from infra.cluster.room import Cluster
from infra.doors import GRAFANA
from infra.durable.room import Durable
from infra.naming import APP_PORT
from infra.stack import Stack
from infra.workloads import alertmanager, grafana, prometheus, traffic
from infra.workloads.identity import Statement, identity
from infra.workloads.namespaces import MONITORING, RAG, Namespaces
from infra.workloads.pods import Pod

Texts = Mapping[str, pulumi.Input[str]]


class Monitoring(pulumi.ComponentResource):
    """The three, each in one pod. Grafana waits for the image whose library fetches its password."""

    def __init__(
        self,
        stack: Stack,
        found: Found,
        durable: Durable,
        cluster: Cluster,
        spaces: Namespaces,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:workloads:Monitoring", MONITORING, None, opts)
        self.stack, self.cluster, self.space = stack, cluster, spaces.ready[MONITORING]
        self._prometheus(spaces)
        self._alertmanager(durable.alerts.arn)
        if RAG in found.images:
            self._grafana(stack.names(found.account).image(RAG, tag=stack.image_tag))
        else:
            pulumi.warn(
                f"{grafana.NAME} is left out: image {RAG}:{stack.image_tag} is not in the registry yet; "
                f"run `make images STACK={stack.name}`, then `pulumi up` again."
            )
        self.register_outputs({})

    def _prometheus(self, spaces: Namespaces) -> None:
        reaches = [traffic.Server(RAG, RAG, APP_PORT), prometheus.ALERTMANAGER]
        labels = self._labels(prometheus.NAME)
        rules = prometheus.network(labels, reaches=reaches, machines=self.cluster.network.private_cidrs)
        account = self._account(prometheus.NAME)
        self._deployed(
            prometheus.NAME,
            prometheus.pod(labels),
            account=account,
            rules=rules,
            files={prometheus.NAME: prometheus.files(self.stack.project)},
            reaches=reaches,
            after=self._rights(account, spaces),
            # It finds pods and machines through the cluster's API.
            token=True,
        )
        self._service(prometheus.SERVER)

    def _alertmanager(self, topic: pulumi.Output[str]) -> None:
        name, labels = alertmanager.NAME, self._labels(alertmanager.NAME)
        told = topic.apply(lambda arn: alertmanager.files(region=self.stack.region, topic=arn))
        files: Texts = {"alertmanager.yml": told.apply(lambda texts: texts["alertmanager.yml"])}
        self._deployed(
            name,
            alertmanager.pod(labels, region=self.stack.region),
            account=self._account(name),
            rules=alertmanager.network(labels),
            files={name: files},
            after=self._who(name, [topic.apply(alertmanager.may_tell)]),
        )
        self._service(prometheus.ALERTMANAGER)

    def _grafana(self, image: str) -> None:
        name, labels, stack = grafana.NAME, self._labels(grafana.NAME), self.stack
        secret = stack.grafana_secret_arn or ""
        self._deployed(
            name,
            grafana.pod(labels, image=image, region=stack.region, secret=secret),
            account=self._account(name),
            rules=grafana.network(labels, node_ranges=self.cluster.network.private_cidrs),
            files={f"{name}-{title}": texts for title, texts in grafana.files().items()},
            reaches=[prometheus.SERVER],
            after=self._who(
                name,
                [
                    {
                        "Sid": "ReadPassword",
                        "Effect": "Allow",
                        "Action": ["secretsmanager:GetSecretValue"],
                        "Resource": secret,
                    }
                ],
            ),
        )
        self._service(grafana.SERVER, node_port=GRAFANA.node_port)

    # ---- what each of them has

    def _deployed(
        self,
        name: str,
        pod: Pod,
        *,
        account: pulumi.Resource,
        rules: Any,
        files: Mapping[str, Texts],
        after: Sequence[pulumi.Resource],
        reaches: Sequence[traffic.Server] = (),
        token: bool = False,
    ) -> None:
        opened = networking.v1.NetworkPolicy(
            name, metadata=self._metadata(name), spec=rules, opts=self._inside(*self.space)
        )
        configured = [
            core.v1.ConfigMap(
                title,
                metadata=self._metadata(title, of=name),
                data=dict(texts),
                opts=self._inside(*self.space),
            )
            for title, texts in files.items()
        ]
        labels = self._labels(name)
        marks = {key: value for server in reaches for key, value in server.mark.items()}
        digest = pulumi.Output.json_dumps({title: dict(texts) for title, texts in files.items()}).apply(
            lambda text: hashlib.sha256(text.encode()).hexdigest()[:16]
        )
        apps.v1.Deployment(
            name,
            metadata=self._metadata(name),
            spec={
                "replicas": 1,
                "selector": {"match_labels": labels},
                # Two would tell everything twice.
                "strategy": {"type": "Recreate"},
                "template": {
                    "metadata": {"labels": {**labels, **marks}, "annotations": {"genai-ops/config": digest}},
                    "spec": pod.spec() | ({"automount_service_account_token": True} if token else {}),
                },
            },
            opts=self._inside(
                *self.space,
                *(account, opened, *configured, *after),
                *self.cluster.nodes.ready,
                *self.cluster.control.addons,
            ),
        )

    def _account(self, name: str) -> core.v1.ServiceAccount:
        return core.v1.ServiceAccount(
            name,
            metadata=self._metadata(name),
            automount_service_account_token=False,
            opts=self._inside(*self.space),
        )

    def _who(self, name: str, permissions: Sequence[pulumi.Input[Statement]]) -> list[pulumi.Resource]:
        return identity(
            name, self.stack, self.cluster.control, space=MONITORING, permissions=permissions, parent=self
        )

    def _rights(self, account: pulumi.Resource, spaces: Namespaces) -> list[pulumi.Resource]:
        name = prometheus.NAME
        subject = {"kind": "ServiceAccount", "name": name, "namespace": MONITORING}
        machines, pods = prometheus.rights()
        # The cluster's own: two stacks never share one.
        meta: dict[str, Any] = {"name": f"genai-{name}", "labels": self._labels(name)}
        role = rbac.v1.ClusterRole(name, metadata=meta, rules=machines, opts=self._inside(account))
        ref = {"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": f"genai-{name}"}
        made: list[pulumi.Resource] = [
            role,
            rbac.v1.ClusterRoleBinding(
                name, metadata=meta, role_ref=ref, subjects=[subject], opts=self._inside(role)
            ),
        ]
        for space in prometheus.ASKED:
            title = f"{name}-{space}"
            inside = {"name": name, "namespace": space, "labels": self._labels(name)}
            own = rbac.v1.Role(
                title, metadata=inside, rules=pods, opts=self._inside(*spaces.ready[space], account)
            )
            ref = {"api_group": "rbac.authorization.k8s.io", "kind": "Role", "name": name}
            bound = rbac.v1.RoleBinding(
                title, metadata=inside, role_ref=ref, subjects=[subject], opts=self._inside(own)
            )
            made += [own, bound]
        return made

    def _service(self, server: traffic.Server, *, node_port: int | None = None) -> None:
        port: dict[str, Any] = {"name": "http", "port": server.port, "target_port": "http", "protocol": "TCP"}
        outside = {"type": "NodePort"} if node_port else {}
        core.v1.Service(
            server.name,
            metadata=self._metadata(server.name),
            spec={
                **outside,
                "selector": self._labels(server.name),
                "ports": [port | ({"node_port": node_port} if node_port else {})],
            },
            opts=self._inside(*self.space),
        )

    def _labels(self, name: str) -> dict[str, str]:
        return {"app.kubernetes.io/name": name, "app.kubernetes.io/part-of": self.stack.project}

    def _metadata(self, name: str, *, of: str | None = None) -> dict[str, Any]:
        return {"name": name, "namespace": MONITORING, "labels": self._labels(of or name)}

    def _inside(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self, provider=self.cluster.control.provider, depends_on=list(after)
        )
