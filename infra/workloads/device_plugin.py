"""NVIDIA's device plugin: tells Kubernetes of the cards in a machine. Without it no pod could ask for nvidia.com/gpu."""

from typing import Any

import pulumi
from pulumi_kubernetes import apps

from infra import versions
from infra.cluster.pools import CARD, GPU_TAINT
from infra.cluster.room import Cluster
from infra.stack import Stack
from infra.workloads.daemons import DEVICE_PLUGIN
from infra.workloads.namespaces import SYSTEM, Namespaces

KUBELET_DIR = "/var/lib/kubelet/device-plugins"


class DevicePlugin(pulumi.ComponentResource):
    """A DaemonSet on the machines with cards, of which there may be none."""

    def __init__(
        self, stack: Stack, cluster: Cluster, spaces: Namespaces, opts: pulumi.ResourceOptions | None = None
    ) -> None:
        super().__init__("genai:workloads:DevicePlugin", DEVICE_PLUGIN, None, opts)
        labels = {"app.kubernetes.io/name": DEVICE_PLUGIN, "app.kubernetes.io/part-of": stack.project}
        made = apps.v1.DaemonSet(
            DEVICE_PLUGIN,
            metadata={"name": DEVICE_PLUGIN, "namespace": SYSTEM, "labels": labels},
            spec={
                "selector": {"match_labels": labels},
                "update_strategy": {"type": "RollingUpdate"},
                "template": {"metadata": {"labels": labels}, "spec": pod_spec()},
            },
            opts=pulumi.ResourceOptions(
                parent=self,
                provider=cluster.control.provider,
                # Its namespace, and the pools: on the way down it goes before the machines it runs on.
                depends_on=[*spaces.ready[SYSTEM], *cluster.control.addons, *cluster.nodes.gpu],
            ),
        )
        self.ready: list[pulumi.Resource] = [made]
        self.register_outputs({})


def pod_spec() -> dict[str, Any]:
    return {
        "automount_service_account_token": False,
        "enable_service_links": False,
        "priority_class_name": "system-node-critical",
        "node_selector": dict(CARD),
        "tolerations": [{"key": GPU_TAINT["key"], "operator": "Exists", "effect": "NoSchedule"}],
        "containers": [
            {
                "name": DEVICE_PLUGIN,
                "image": versions.DEVICE_PLUGIN_IMAGE,
                "image_pull_policy": "IfNotPresent",
                # On a machine whose driver is not up yet it waits instead of failing over and over.
                "env": [{"name": "FAIL_ON_INIT_ERROR", "value": "false"}],
                "resources": {
                    "requests": {"cpu": "10m", "memory": "64Mi"},
                    "limits": {"memory": "256Mi"},
                },
                # Root, for the kubelet's folder belongs to root; nothing else of what root may.
                "security_context": {
                    "allow_privilege_escalation": False,
                    "read_only_root_filesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                    "seccomp_profile": {"type": "RuntimeDefault"},
                },
                "volume_mounts": [{"name": "kubelet", "mount_path": KUBELET_DIR}],
            }
        ],
        "volumes": [{"name": "kubelet", "host_path": {"path": KUBELET_DIR, "type": "Directory"}}],
    }
