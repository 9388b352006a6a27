"""Daemon: something that runs on every machine, in the privileged namespace; daemons.py says of each why it must."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
from pulumi_kubernetes import apps, core, networking

from infra.cluster.room import Cluster
from infra.stack import Stack
from infra.workloads import traffic
from infra.workloads.identity import Statement, identity
from infra.workloads.namespaces import SYSTEM, Namespaces


@dataclass(frozen=True, kw_only=True)
class HostFolder:
    """A folder of the machine that its pods see. `made`: created where it is not there yet."""

    host: str
    path: str
    writable: bool = False
    made: bool = False

    def volume(self, name: str) -> dict[str, Any]:
        kind = "DirectoryOrCreate" if self.made else "Directory"
        return {"name": name, "host_path": {"path": self.host, "type": kind}}

    def mount(self, name: str) -> dict[str, Any]:
        return {"name": name, "mount_path": self.path, "read_only": not self.writable}


@dataclass(frozen=True, kw_only=True)
class Daemon:
    """One of them, in its own terms. `files`: its configuration by file name, below `config_dir`."""

    name: str
    image: str
    arguments: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, pulumi.Input[str]]
    config_dir: str
    folders: Mapping[str, HostFolder]
    scratch: Mapping[str, str] = field(default_factory=dict)
    permissions: Sequence[pulumi.Input[Statement]]
    memory: str
    node_selector: Mapping[str, str] = field(default_factory=dict)
    probe: Mapping[str, Any] | None = None


class OnEveryMachine(pulumi.ComponentResource):
    """Service account and role, network rules, configuration and DaemonSet of one daemon."""

    def __init__(
        self,
        daemon: Daemon,
        stack: Stack,
        cluster: Cluster,
        spaces: Namespaces,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("genai:workloads:Daemon", daemon.name, None, opts)
        self.daemon, self.cluster = daemon, cluster
        self.labels = {"app.kubernetes.io/name": daemon.name, "app.kubernetes.io/part-of": stack.project}
        space = spaces.ready[SYSTEM]
        who = identity(
            daemon.name,
            stack,
            cluster.control,
            space=SYSTEM,
            permissions=daemon.permissions,
            parent=self,
        )
        account = core.v1.ServiceAccount(
            daemon.name,
            metadata=self._metadata(),
            automount_service_account_token=False,
            opts=self._inside(*space),
        )
        rules = networking.v1.NetworkPolicy(
            daemon.name,
            metadata=self._metadata(),
            spec=traffic.opening(
                self.labels, ingress=[], egress=[traffic.names(), traffic.credentials(), traffic.internet()]
            ),
            opts=self._inside(*space),
        )
        config = core.v1.ConfigMap(
            daemon.name, metadata=self._metadata(), data=dict(daemon.files), opts=self._inside(*space)
        )
        made = apps.v1.DaemonSet(
            daemon.name,
            metadata=self._metadata(),
            spec={
                "selector": {"match_labels": self.labels},
                "update_strategy": {"type": "RollingUpdate"},
                "template": {
                    # Another configuration is another pod: nobody reads a file again by itself.
                    "metadata": {"labels": self.labels, "annotations": {"genai-ops/config": self._digest()}},
                    "spec": pod_spec(daemon),
                },
            },
            opts=self._inside(
                *space, account, rules, config, *who, *cluster.nodes.ready, *cluster.control.addons
            ),
        )
        self.ready: list[pulumi.Resource] = [made]
        self.register_outputs({})

    def _digest(self) -> pulumi.Output[str]:
        return pulumi.Output.json_dumps(dict(self.daemon.files)).apply(
            lambda text: hashlib.sha256(text.encode()).hexdigest()[:16]
        )

    def _metadata(self) -> dict[str, Any]:
        return {"name": self.daemon.name, "namespace": SYSTEM, "labels": self.labels}

    def _inside(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self, provider=self.cluster.control.provider, depends_on=list(after)
        )


def pod_spec(daemon: Daemon) -> dict[str, Any]:
    mounts = [folder.mount(name) for name, folder in daemon.folders.items()]
    mounts += [{"name": name, "mount_path": path} for name, path in daemon.scratch.items()]
    mounts.append({"name": "config", "mount_path": daemon.config_dir, "read_only": True})
    volumes = [folder.volume(name) for name, folder in daemon.folders.items()]
    volumes += [{"name": name, "empty_dir": {"size_limit": "64Mi"}} for name in daemon.scratch]
    volumes.append({"name": "config", "config_map": {"name": daemon.name}})
    return {
        "service_account_name": daemon.name,
        "automount_service_account_token": False,
        "enable_service_links": False,
        "priority_class_name": "system-node-critical",
        **({"node_selector": dict(daemon.node_selector)} if daemon.node_selector else {}),
        # On every machine means also on those that keep others away.
        "tolerations": [{"operator": "Exists", "effect": "NoSchedule"}],
        "containers": [
            {
                "name": daemon.name,
                "image": daemon.image,
                "image_pull_policy": "IfNotPresent",
                **({"args": list(daemon.arguments)} if daemon.arguments else {}),
                "env": [{"name": name, "value": value} for name, value in sorted(daemon.environment.items())],
                "resources": {
                    "requests": {"cpu": "20m", "memory": daemon.memory},
                    "limits": {"cpu": "200m", "memory": daemon.memory},
                },
                # Root, for what it reads belongs to root; nothing else of what root may.
                "security_context": {
                    "allow_privilege_escalation": False,
                    "read_only_root_filesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                    "seccomp_profile": {"type": "RuntimeDefault"},
                },
                "volume_mounts": mounts,
                **(dict(daemon.probe) if daemon.probe else {}),
            }
        ],
        "volumes": volumes,
    }
