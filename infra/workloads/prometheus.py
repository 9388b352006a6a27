"""Prometheus: asks our apps and the machines' kubelets for their figures every half minute, and judges them by rules from here.

Its memory is the pod's own disk: it ends with the pod, and with every pause. What must be known later is in CloudWatch.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from infra import versions
from infra.workloads import traffic
from infra.workloads.namespaces import MONITORING, RAG
from infra.workloads.pods import Disk, Pod, Size, container, http_probe

NAME = "prometheus"
SERVER = traffic.Server(NAME, MONITORING, 9090)
ALERTMANAGER = traffic.Server("alertmanager", MONITORING, 9093)
# The namespaces whose pods are asked. Only RAG's serve figures today; an app that comes brings its namespace here.
ASKED = (RAG,)
KUBELET_PORT = 10250
RETENTION_DAYS = 15
USER = 65534
CONFIG_DIR, DATA_DIR = "/etc/prometheus", "/prometheus"
SIZE = Size(cpu="100m", memory="512Mi", cpu_limit="1", memory_limit="1Gi")
# Of the hundreds that a kubelet tells, those that a rule or a graph here looks at.
KEPT = (
    "container_cpu_usage_seconds_total",
    "container_memory_working_set_bytes",
    "container_oom_events_total",
)
TOKEN_DIR = "/var/run/secrets/kubernetes.io/serviceaccount"  # noqa: S105  where it lies, not what it is


def files(project: str) -> dict[str, str]:
    return {
        "prometheus.yml": yaml.safe_dump(config(project), sort_keys=False),
        "rules.yml": yaml.safe_dump(rules(), sort_keys=False),
    }


def config(project: str) -> dict[str, Any]:
    return {
        "global": {"scrape_interval": "30s", "scrape_timeout": "10s", "evaluation_interval": "30s"},
        "rule_files": [f"{CONFIG_DIR}/rules.yml"],
        "alerting": {
            "alertmanagers": [{"static_configs": [{"targets": [f"{ALERTMANAGER.host}:{ALERTMANAGER.port}"]}]}]
        },
        "scrape_configs": [_apps(project), _kubelets()],
    }


def _apps(project: str) -> dict[str, Any]:
    """Every pod of ours with a port named http, by itself and not through its Service, which would ask one of many."""
    label = "__meta_kubernetes_pod_label_app_kubernetes_io_"
    return {
        "job_name": "apps",
        "kubernetes_sd_configs": [{"role": "pod", "namespaces": {"names": list(ASKED)}}],
        "relabel_configs": [
            {"source_labels": [f"{label}part_of"], "regex": project, "action": "keep"},
            {
                "source_labels": ["__meta_kubernetes_pod_container_port_name"],
                "regex": "http",
                "action": "keep",
            },
            {"source_labels": [f"{label}name"], "target_label": "app"},
            {"source_labels": ["__meta_kubernetes_pod_name"], "target_label": "pod"},
        ],
    }


def _kubelets() -> dict[str, Any]:
    return {
        "job_name": "machines",
        "scheme": "https",
        "metrics_path": "/metrics/cadvisor",
        "kubernetes_sd_configs": [{"role": "node"}],
        "authorization": {"credentials_file": f"{TOKEN_DIR}/token"},
        "tls_config": {"ca_file": f"{TOKEN_DIR}/ca.crt"},
        "relabel_configs": [
            {"source_labels": ["__meta_kubernetes_node_name"], "target_label": "machine"},
        ],
        "metric_relabel_configs": [
            {"source_labels": ["__name__"], "regex": "|".join(KEPT), "action": "keep"},
        ],
    }


def rules() -> dict[str, Any]:
    """When somebody should look. Like the alarms of CloudWatch, but by app, route and pod."""
    failed = 'sum by (app) (rate(genai_http_requests_total{status=~"5.."}[5m]))'
    asked = "sum by (app) (rate(genai_http_requests_total[5m]))"
    slowest = "sum by (app, le) (rate(genai_http_request_seconds_bucket[5m]))"
    return {
        "groups": [
            {
                "name": "apps",
                "rules": [
                    _rule(
                        "AppGone",
                        'up{job="apps"} == 0',
                        "5m",
                        "A pod of {{ $labels.app }} has not told its figures for five minutes.",
                    ),
                    _rule(
                        "NoApps", 'absent(up{job="apps"})', "10m", "No pod of any app is there to be asked."
                    ),
                    _rule(
                        "AnswersFail",
                        f"{failed} / {asked} > 0.05 and {asked} > 0.05",
                        "10m",
                        "More than one answer of {{ $labels.app }} in twenty fails.",
                    ),
                    _rule(
                        "AnswersAreSlow",
                        f"histogram_quantile(0.95, {slowest}) > 10",
                        "10m",
                        "One answer of {{ $labels.app }} in twenty takes more than ten seconds.",
                    ),
                ],
            },
            {
                "name": "machines",
                "rules": [
                    _rule(
                        "OutOfMemory",
                        "sum by (namespace, pod, container) (increase(container_oom_events_total[15m])) > 0",
                        "0s",
                        "{{ $labels.namespace }}/{{ $labels.pod }} was killed for the memory it took.",
                    ),
                    _rule(
                        "MachineSilent",
                        'up{job="machines"} == 0',
                        "10m",
                        "The kubelet of {{ $labels.machine }} does not answer.",
                    ),
                ],
            },
        ]
    }


def _rule(name: str, expression: str, lasting: str, says: str) -> dict[str, Any]:
    return {
        "alert": name,
        "expr": expression,
        "for": lasting,
        "labels": {"severity": "look"},
        "annotations": {"summary": says},
    }


def rights() -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """What it may read in the cluster: (machines and their figures, everywhere; pods, in the namespaces it asks)."""
    machines = [
        {"api_groups": [""], "resources": ["nodes"], "verbs": ["get", "list", "watch"]},
        {"api_groups": [""], "resources": ["nodes/metrics"], "verbs": ["get"]},
    ]
    return machines, [{"api_groups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}]


def network(labels: Mapping[str, str], *, reaches: Sequence[traffic.Server], machines: Sequence[str]) -> Any:
    kubelets = {
        "to": [{"ip_block": {"cidr": cidr}} for cidr in machines],
        "ports": [{"protocol": "TCP", "port": KUBELET_PORT}],
    }
    # TLS outwards is the API server, whose addresses are the network's own.
    egress = [traffic.names(), traffic.internet(), kubelets, *(traffic.to(server) for server in reaches)]
    ingress = [traffic.from_marked(SERVER, spaces=[MONITORING])]
    return traffic.opening(labels, ingress=ingress, egress=egress)


def pod(labels: Mapping[str, str]) -> Pod:
    return Pod(
        account=NAME,
        containers=[
            container(
                NAME,
                image=versions.PROMETHEUS_IMAGE,
                size=SIZE,
                mounts={"data": DATA_DIR, "config": CONFIG_DIR},
                arguments=(
                    f"--config.file={CONFIG_DIR}/prometheus.yml",
                    f"--storage.tsdb.path={DATA_DIR}",
                    f"--storage.tsdb.retention.time={RETENTION_DAYS}d",
                    # Below the disk's limit: at the limit the pod would be thrown out with all it knows.
                    "--storage.tsdb.retention.size=3GB",
                ),
                ports={"http": SERVER.port},
                more={
                    "liveness_probe": http_probe("/-/healthy", "http", period=15, failures=4),
                    "readiness_probe": http_probe("/-/ready", "http", period=5, failures=3),
                },
            )
        ],
        disks={"data": Disk(DATA_DIR, "4Gi")},
        labels=labels,
        priority="genai-app",
        user=USER,
        group=USER,
        files={"config": NAME},
    )
