"""Alertmanager: gathers what Prometheus raises and sends it to the topic of alerts, once and not every half minute."""

from collections.abc import Mapping
from typing import Any

import yaml

from infra import versions
from infra.workloads import traffic
from infra.workloads.namespaces import MONITORING
from infra.workloads.pods import Disk, Pod, Size, container, http_probe
from infra.workloads.prometheus import ALERTMANAGER as SERVER

NAME = SERVER.name
USER = 65534
CONFIG_DIR, DATA_DIR = "/etc/alertmanager", "/alertmanager"
SIZE = Size(cpu="20m", memory="64Mi", cpu_limit="200m", memory_limit="128Mi")


def files(*, region: str, topic: str) -> dict[str, str]:
    return {"alertmanager.yml": yaml.safe_dump(config(region=region, topic=topic), sort_keys=False)}


def config(*, region: str, topic: str) -> dict[str, Any]:
    """Names of apps and figures only: what people asked and what was answered is in no label."""
    told = "{{ range .Alerts }}{{ .Status }}: {{ .Annotations.summary }}\n{{ end }}"
    return {
        "route": {
            "receiver": "topic",
            "group_by": ["alertname", "app"],
            "group_wait": "30s",
            "group_interval": "5m",
            "repeat_interval": "4h",
        },
        "receivers": [
            {
                "name": "topic",
                "sns_configs": [
                    {
                        "topic_arn": topic,
                        "sigv4": {"region": region},
                        "subject": "{{ .CommonLabels.alertname }} {{ .CommonLabels.app }}",
                        "message": told,
                        "send_resolved": True,
                    }
                ],
            }
        ],
    }


def may_tell(topic: str) -> dict[str, Any]:
    return {"Sid": "TellTheTopic", "Effect": "Allow", "Action": ["sns:Publish"], "Resource": topic}


def network(labels: Mapping[str, str]) -> Any:
    return traffic.opening(
        labels,
        ingress=[traffic.from_marked(SERVER, spaces=[MONITORING])],
        egress=[traffic.names(), traffic.credentials(), traffic.internet()],
    )


def pod(labels: Mapping[str, str], *, region: str) -> Pod:
    return Pod(
        account=NAME,
        containers=[
            container(
                NAME,
                image=versions.ALERTMANAGER_IMAGE,
                size=SIZE,
                mounts={"data": DATA_DIR, "config": CONFIG_DIR},
                arguments=(
                    f"--config.file={CONFIG_DIR}/alertmanager.yml",
                    f"--storage.path={DATA_DIR}",
                    # One alone has nobody to talk to.
                    "--cluster.listen-address=",
                ),
                environment={"AWS_REGION": region},
                ports={"http": SERVER.port},
                more={
                    "liveness_probe": http_probe("/-/healthy", "http", period=15, failures=4),
                    "readiness_probe": http_probe("/-/ready", "http", period=5, failures=3),
                },
            )
        ],
        disks={"data": Disk(DATA_DIR, "64Mi")},
        labels=labels,
        priority="genai-app",
        user=USER,
        group=USER,
        files={"config": NAME},
    )
