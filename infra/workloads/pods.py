"""Pods that the restricted Pod Security Standard admits: nobody in particular, a read-only root, and bounds on everything."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

# The number the image creates its user with; named here because runAsNonRoot cannot check a user name.
RUN_AS = 10001
# The root is read-only, so what the language and its libraries write needs a place.
TMP_DIR = "/tmp"  # noqa: S108  a mount of the pod, nobody else's


@dataclass(frozen=True)
class Size:
    """What a container is promised and what it may grow to."""

    cpu: str
    memory: str
    cpu_limit: str
    memory_limit: str

    def resources(self) -> dict[str, Any]:
        return {
            "requests": {"cpu": self.cpu, "memory": self.memory},
            "limits": {"cpu": self.cpu_limit, "memory": self.memory_limit},
        }


@dataclass(frozen=True)
class Disk:
    """A scratch folder that lives as long as its pod; `memory` keeps it off the machine's disk."""

    path: str
    limit: str
    memory: bool = False

    def volume(self, name: str) -> dict[str, Any]:
        return {
            "name": name,
            "empty_dir": {"size_limit": self.limit} | ({"medium": "Memory"} if self.memory else {}),
        }


@dataclass(frozen=True, kw_only=True)
class Pod:
    """What a pod of ours says for itself; `spec` says the rest.

    `containers` and `first` (run before them, one after another) are made by `container`.
    """

    account: str
    containers: Sequence[Mapping[str, Any]]
    disks: Mapping[str, Disk]
    labels: Mapping[str, str]
    priority: str
    user: int = RUN_AS
    group: int = RUN_AS
    first: Sequence[Mapping[str, Any]] = field(default=())
    grace_s: int = 30
    files: Mapping[str, str] = field(default_factory=dict)
    # Volume -> claim, for what outlives the pod.
    claims: Mapping[str, str] = field(default_factory=dict)
    apart: bool = False

    def spec(self) -> dict[str, Any]:
        volumes = [disk.volume(name) for name, disk in self.disks.items()]
        volumes += [{"name": name, "config_map": {"name": source}} for name, source in self.files.items()]
        volumes += [
            {"name": name, "persistent_volume_claim": {"claim_name": claim}}
            for name, claim in self.claims.items()
        ]
        # Not file by file at each start, which takes minutes on a full volume and loosens what PostgreSQL wants tight.
        change = {"fs_group_change_policy": "OnRootMismatch"} if self.claims else {}
        return {
            "service_account_name": self.account,
            # Pod identity mounts a token of its own; the cluster's API is none of an app's business.
            "automount_service_account_token": False,
            "enable_service_links": False,
            "priority_class_name": self.priority,
            "termination_grace_period_seconds": self.grace_s,
            "topology_spread_constraints": self._spread(),
            "security_context": {
                "run_as_non_root": True,
                "run_as_user": self.user,
                "run_as_group": self.group,
                "fs_group": self.group,
                **change,
                "seccomp_profile": {"type": "RuntimeDefault"},
            },
            **({"init_containers": [dict(item) for item in self.first]} if self.first else {}),
            "containers": [dict(item) for item in self.containers],
            "volumes": volumes,
        }

    def _spread(self) -> list[dict[str, Any]]:
        """Over zones and machines where there is room. Better two side by side than one that waits for a machine,
        but for pods whose loss must not be common: those never share one."""
        keys = {
            "topology.kubernetes.io/zone": "ScheduleAnyway",
            "kubernetes.io/hostname": "DoNotSchedule" if self.apart else "ScheduleAnyway",
        }
        return [
            {
                "max_skew": 1,
                "topology_key": key,
                "when_unsatisfiable": otherwise,
                "label_selector": {"match_labels": dict(self.labels)},
            }
            for key, otherwise in keys.items()
        ]


def container(
    name: str,
    *,
    image: str,
    size: Size,
    mounts: Mapping[str, str],
    command: Sequence[str] = (),
    arguments: Sequence[str] = (),
    environment: Mapping[str, Any] | None = None,
    ports: Mapping[str, int] | None = None,
    more: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """One container. `mounts`: volume -> path; `more`: probes and what else only this one has.

    An environment value is a text, or the dict of Kubernetes' own `valueFrom`.
    """
    made: dict[str, Any] = {
        "name": name,
        "image": image,
        "image_pull_policy": "IfNotPresent",
        "resources": size.resources(),
        "security_context": {
            "allow_privilege_escalation": False,
            "read_only_root_filesystem": True,
            "run_as_non_root": True,
            "capabilities": {"drop": ["ALL"]},
        },
        "volume_mounts": [{"name": volume, "mount_path": path} for volume, path in mounts.items()],
    }
    if command:
        made["command"] = list(command)
    if arguments:
        made["args"] = list(arguments)
    if environment:
        made["env"] = [_variable(key, value) for key, value in sorted(environment.items())]
    if ports:
        made["ports"] = [
            {"name": title, "container_port": port, "protocol": "TCP"} for title, port in ports.items()
        ]
    return made | dict(more or {})


def _variable(name: str, value: Any) -> dict[str, Any]:
    return {"name": name, "value_from": value} if isinstance(value, dict) else {"name": name, "value": value}


def http_probe(path: str, port: str, *, period: int, failures: int) -> dict[str, Any]:
    return {"http_get": {"path": path, "port": port}, **_pace(period, failures)}


def tcp_probe(port: str, *, period: int, failures: int) -> dict[str, Any]:
    return {"tcp_socket": {"port": port}, **_pace(period, failures)}


def command_probe(*command: str, period: int, failures: int) -> dict[str, Any]:
    return {"exec_": {"command": list(command)}, **_pace(period, failures)}


def _pace(period: int, failures: int) -> dict[str, Any]:
    return {"period_seconds": period, "timeout_seconds": 3, "failure_threshold": failures}
