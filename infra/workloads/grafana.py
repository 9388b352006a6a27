"""Grafana: the figures of Prometheus on one page, which is code: what somebody changes by hand is gone with the pod."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from infra import versions
from infra.doors import GRAFANA
from infra.workloads import prometheus, traffic
from infra.workloads.namespaces import MONITORING
from infra.workloads.pods import Disk, Pod, Size, container, http_probe

NAME, PORT = GRAFANA.app, 3000
SERVER = traffic.Server(NAME, MONITORING, PORT)
# The user of the official image.
USER = 472
DATA_DIR, SECRET_DIR = "/var/lib/grafana", "/secrets"
SIZE = Size(cpu="50m", memory="192Mi", cpu_limit="500m", memory_limit="512Mi")
SOURCE = "prometheus"
PAGES_DIR = "/etc/genai/pages"
# ConfigMap -> where Grafana looks for what it holds.
MOUNTED = {
    "sources": "/etc/grafana/provisioning/datasources",
    "providers": "/etc/grafana/provisioning/dashboards",
    "pages": PAGES_DIR,
}

# Runs in the service's own image, which has AWS's library. The password lies in a folder in memory that goes with the pod.
FETCH_PASSWORD = f"""\
import os, pathlib, boto3

secrets = boto3.client("secretsmanager", region_name=os.environ["AWS_REGION"])
password = secrets.get_secret_value(SecretId=os.environ["PASSWORD_SECRET"])["SecretString"]
file = pathlib.Path("{SECRET_DIR}") / "password"
file.touch(mode=0o600)
file.write_text(password)
"""


def files() -> dict[str, dict[str, str]]:
    """By ConfigMap."""
    source = {
        "name": "Prometheus",
        "uid": SOURCE,
        "type": "prometheus",
        "access": "proxy",
        "url": f"http://{prometheus.SERVER.host}:{prometheus.SERVER.port}",
        "isDefault": True,
        "editable": False,
    }
    provider = {
        "name": "code",
        "type": "file",
        "allowUiUpdates": False,
        "disableDeletion": True,
        "options": {"path": PAGES_DIR},
    }
    return {
        "sources": {"prometheus.yaml": yaml.safe_dump({"apiVersion": 1, "datasources": [source]})},
        "providers": {"code.yaml": yaml.safe_dump({"apiVersion": 1, "providers": [provider]})},
        "pages": {"apps.json": json.dumps(page(), sort_keys=True)},
    }


def page() -> dict[str, Any]:
    """Requests, failures and seconds by app and route; memory and CPU by pod."""
    seconds = "sum by (app, le) (rate(genai_http_request_seconds_bucket[5m]))"
    mean = "sum by (route) (rate(genai_http_request_seconds_sum[5m])) / "
    mean += "sum by (route) (rate(genai_http_request_seconds_count[5m]))"
    graphs = [
        ("Requests a second", "reqps", {"{{app}}": "sum by (app) (rate(genai_http_requests_total[5m]))"}),
        (
            "How they ended",
            "reqps",
            {"{{app}} {{status}}": "sum by (app, status) (rate(genai_http_requests_total[5m]))"},
        ),
        (
            "Seconds to the last byte",
            "s",
            {
                f"{{{{app}}}} p{percent}": f"histogram_quantile({percent / 100}, {seconds})"
                for percent in (50, 95, 99)
            },
        ),
        ("Mean seconds by route", "s", {"{{route}}": mean}),
        (
            "Memory by pod",
            "bytes",
            {"{{pod}}": 'sum by (pod) (container_memory_working_set_bytes{container!=""})'},
        ),
        (
            "CPUs by pod",
            "none",
            {"{{pod}}": 'sum by (pod) (rate(container_cpu_usage_seconds_total{container!=""}[5m]))'},
        ),
    ]
    return {
        "uid": "genai-apps",
        "title": "Apps",
        "schemaVersion": 39,
        "editable": False,
        "refresh": "30s",
        "time": {"from": "now-6h", "to": "now"},
        "tags": ["genai-ops"],
        "panels": [_panel(number, title, unit, lines) for number, (title, unit, lines) in enumerate(graphs)],
    }


def _panel(number: int, title: str, unit: str, lines: Mapping[str, str]) -> dict[str, Any]:
    source = {"type": "prometheus", "uid": SOURCE}
    return {
        "id": number + 1,
        "type": "timeseries",
        "title": title,
        "datasource": source,
        "gridPos": {"x": number % 2 * 12, "y": number // 2 * 8, "w": 12, "h": 8},
        "fieldConfig": {"defaults": {"unit": unit, "min": 0}, "overrides": []},
        "targets": [
            {"refId": chr(ord("A") + place), "expr": expression, "legendFormat": legend, "datasource": source}
            for place, (legend, expression) in enumerate(lines.items())
        ],
    }


def network(labels: Mapping[str, str], *, node_ranges: Sequence[str]) -> Any:
    return traffic.opening(
        labels,
        ingress=[traffic.from_nodes(node_ranges, port=PORT)],
        egress=[
            *(traffic.names(), traffic.credentials(), traffic.internet()),
            traffic.to(prometheus.SERVER),
        ],
    )


def pod(labels: Mapping[str, str], *, image: str, region: str, secret: str) -> Pod:
    """`image` is the service's, for the step that fetches the password."""
    password = container(
        "password",
        image=image,
        size=Size("100m", "128Mi", "1", "256Mi"),
        mounts={"secrets": SECRET_DIR, "tmp": "/tmp"},  # noqa: S108  a mount of the pod, nobody else's
        command=("python", "-c", FETCH_PASSWORD),
        environment={"AWS_REGION": region, "PASSWORD_SECRET": secret},
    )
    return Pod(
        account=NAME,
        first=(password,),
        containers=[
            container(
                NAME,
                image=versions.GRAFANA_IMAGE,
                size=SIZE,
                mounts={"data": DATA_DIR, "secrets": SECRET_DIR, "tmp": "/tmp", **MOUNTED},  # noqa: S108
                environment={
                    "GF_ANALYTICS_CHECK_FOR_UPDATES": "false",
                    "GF_ANALYTICS_REPORTING_ENABLED": "false",
                    "GF_AUTH_ANONYMOUS_ENABLED": "false",
                    "GF_LOG_MODE": "console",
                    # Nothing is fetched from elsewhere at a start.
                    "GF_PLUGINS_PREINSTALL_DISABLED": "true",
                    "GF_SECURITY_ADMIN_PASSWORD__FILE": f"{SECRET_DIR}/password",
                    "GF_USERS_ALLOW_SIGN_UP": "false",
                },
                ports={"http": PORT},
                more={
                    "liveness_probe": http_probe(GRAFANA.health_path, "http", period=15, failures=8),
                    "readiness_probe": http_probe(GRAFANA.health_path, "http", period=5, failures=3),
                },
            )
        ],
        disks={
            "data": Disk(DATA_DIR, "256Mi"),
            "secrets": Disk(SECRET_DIR, "1Mi", memory=True),
            "tmp": Disk("/tmp", "64Mi"),  # noqa: S108
        },
        labels=labels,
        priority="genai-app",
        user=USER,
        group=USER,
        files={name: f"{NAME}-{name}" for name in MOUNTED},
    )
