"""Fluent Bit: carries every line that a container prints to the log group of containers, where it outlives a pause."""

from typing import Any

import pulumi
import yaml

from infra import versions
from infra.cluster.room import Cluster
from infra.durable.room import Durable
from infra.stack import Stack
from infra.workloads.daemon import Daemon, HostFolder, OnEveryMachine
from infra.workloads.daemons import LOG_SHIPPER
from infra.workloads.namespaces import Namespaces
from infra.workloads.pods import http_probe

CONFIG_DIR, CONFIG = "/fluent-bit/genai", "shipper.yaml"
STATE_DIR = "/var/lib/genai-log-shipper"
HEALTH_PORT = 2020
# pod_namespace_container-id.log, as the kubelet names them; the id changes with each start and would make a stream of its own.
NAMES = r"(?<pod>[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?)_(?<space>[a-z0-9-]+)_(?<container>[a-z0-9-]+)-(?<id>[a-f0-9]{64})\.log$"


def log_shipper(
    stack: Stack, durable: Durable, cluster: Cluster, spaces: Namespaces, *, opts: pulumi.ResourceOptions
) -> OnEveryMachine:
    group = durable.messages.containers
    text = group.name.apply(lambda name: yaml.safe_dump(config(region=stack.region, group=name)))
    daemon = Daemon(
        name=LOG_SHIPPER,
        image=versions.FLUENT_BIT_IMAGE,
        arguments=["--config", f"{CONFIG_DIR}/{CONFIG}"],
        environment={"AWS_REGION": stack.region},
        files={CONFIG: text},
        config_dir=CONFIG_DIR,
        folders={
            # The files in containers/ are links into pods/.
            "logs": HostFolder(host="/var/log", path="/var/log"),
            # How far each file was read: a new pod goes on where the old one stopped.
            "state": HostFolder(host=STATE_DIR, path=STATE_DIR, writable=True, made=True),
        },
        permissions=[group.arn.apply(may_write)],
        memory="128Mi",
        probe={
            "ports": [{"name": "http", "container_port": HEALTH_PORT, "protocol": "TCP"}],
            "liveness_probe": http_probe("/", "http", period=30, failures=3),
        },
    )
    return OnEveryMachine(daemon, stack, cluster, spaces, opts=opts)


def may_write(group: str) -> dict[str, Any]:
    """Lines into streams of this one group; the group itself, and for how long it keeps them, is not the shipper's to make."""
    return {
        "Sid": "ShipLines",
        "Effect": "Allow",
        "Action": ["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        "Resource": [group, f"{group}:log-stream:*"],
    }


def config(*, region: str, group: str) -> dict[str, Any]:
    """In Fluent Bit's YAML. No filter asks the cluster's API: who a line is from stands in its file's name."""
    return {
        "service": {
            "flush": 5,
            "log_level": "warn",
            "http_server": "on",
            "http_listen": "0.0.0.0",
            "http_port": HEALTH_PORT,
        },
        "pipeline": {
            "inputs": [
                {
                    "name": "tail",
                    "path": "/var/log/containers/*.log",
                    # Its own lines would make new lines.
                    "exclude_path": f"/var/log/containers/{LOG_SHIPPER}-*",
                    "tag": "<space>.<pod>.<container>",
                    "tag_regex": NAMES,
                    "multiline.parser": "docker, cri",
                    "db": f"{STATE_DIR}/read.db",
                    "mem_buf_limit": "16MB",
                    "skip_long_lines": "on",
                    "refresh_interval": 10,
                    "rotate_wait": 30,
                }
            ],
            "outputs": [
                {
                    "name": "cloudwatch_logs",
                    "match": "*",
                    "region": region,
                    "log_group_name": group,
                    # Before the tag: the stream of a container is /<namespace>.<pod>.<container>.
                    "log_stream_prefix": "/",
                    "log_key": "log",
                    "auto_create_group": "off",
                    "retry_limit": 5,
                }
            ],
        },
    }
