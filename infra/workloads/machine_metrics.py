"""CloudWatch's agent: how full each machine's disk is and how busy its cards, which AWS cannot see from outside."""

import json
from typing import Any

import pulumi

from infra import versions
from infra.cluster.alarms import STACK_DIMENSION, machine_namespace
from infra.cluster.pools import CARD, MAIN, POOL_LABEL
from infra.cluster.room import Cluster
from infra.stack import Stack
from infra.workloads.daemon import Daemon, HostFolder, OnEveryMachine
from infra.workloads.daemons import CARD_METRICS, MACHINE_METRICS
from infra.workloads.namespaces import Namespaces

# Where the agent's image looks for its configuration.
CONFIG_DIR, CONFIG = "/etc/cwagentconfig", "cwagentconfig.json"
# An empty folder on the machine's disk: whoever asks how full it is learns of the whole disk, and sees no file of it.
SEEN = "/var/lib/genai-machine-metrics"


def machine_metrics(
    stack: Stack, cluster: Cluster, spaces: Namespaces, *, opts: pulumi.ResourceOptions
) -> list[OnEveryMachine]:
    """One for machines without cards and, where there are pools with cards, another that reads these too."""
    found = [_daemon(stack, MACHINE_METRICS, cards=False)]
    if stack.gpu != "none":
        found.append(_daemon(stack, CARD_METRICS, cards=True))
    return [OnEveryMachine(daemon, stack, cluster, spaces, opts=opts) for daemon in found]


def _daemon(stack: Stack, name: str, *, cards: bool) -> Daemon:
    # NVIDIA's runtime puts nvidia-smi into a container that names these; the cards stay free for those who ask for one.
    seen = {"NVIDIA_VISIBLE_DEVICES": "all", "NVIDIA_DRIVER_CAPABILITIES": "utility"} if cards else {}
    return Daemon(
        name=name,
        image=versions.CLOUDWATCH_AGENT_IMAGE,
        environment={"AWS_REGION": stack.region, "RUN_IN_CONTAINER": "True", **seen},
        files={CONFIG: json.dumps(config(stack, cards=cards), sort_keys=True)},
        config_dir=CONFIG_DIR,
        folders={"disk": HostFolder(host=SEEN, path=SEEN, made=True)},
        scratch={"etc": "/opt/aws/amazon-cloudwatch-agent/etc", "logs": "/opt/aws/amazon-cloudwatch-agent/logs",
                 "var": "/opt/aws/amazon-cloudwatch-agent/var", "tmp": "/tmp"},  # noqa: S108  a mount of the pod
        permissions=[may_measure(machine_namespace(stack))],
        memory="160Mi",
        node_selector=dict(CARD) if cards else {POOL_LABEL: MAIN},
    )  # fmt: skip


def may_measure(namespace: str) -> dict[str, Any]:
    """CloudWatch knows no resource for what is sent; the condition binds it to the stack's own namespace."""
    return {
        "Sid": "SendMachineMetrics",
        "Effect": "Allow",
        "Action": ["cloudwatch:PutMetricData"],
        "Resource": "*",
        "Condition": {"StringEquals": {"cloudwatch:namespace": namespace}},
    }


def config(stack: Stack, *, cards: bool) -> dict[str, Any]:
    """Summed up over all machines: one series each, however many come and go, is what is paid for and what alarms look at.

    Without `drop_original_metrics` each disk and each card would be a series beside the sum, and each is paid for.
    """
    measured: dict[str, Any] = {
        "disk": {
            "measurement": ["used_percent"],
            "drop_original_metrics": ["used_percent"],
            "resources": [SEEN],
            "drop_device": True,
            "append_dimensions": {STACK_DIMENSION: stack.prefix},
        }
    }
    if cards:
        measured["nvidia_gpu"] = {
            "measurement": ["utilization_gpu"],
            "drop_original_metrics": ["utilization_gpu"],
            "append_dimensions": {STACK_DIMENSION: stack.prefix},
        }
    return {
        "agent": {"region": stack.region, "metrics_collection_interval": 60, "omit_hostname": True},
        "metrics": {
            "namespace": machine_namespace(stack),
            "aggregation_dimensions": [[STACK_DIMENSION]],
            "metrics_collected": measured,
        },
    }
