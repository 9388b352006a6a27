"""The rules for manifests: fields as the API has them, and advice for safety and operation."""

import json
from pathlib import Path

import pytest

import app.devops.checking.kubernetes as package
from app.devops.checking.check import check

SOUND = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  strategy: {type: RollingUpdate}
  template:
    metadata: {labels: {app: web}}
    spec:
      automountServiceAccountToken: false
      securityContext: {runAsNonRoot: true}
      nodeSelector: {kubernetes.io/os: linux}
      dnsConfig: {options: [{name: ndots, value: "2"}]}
      topologySpreadConstraints:
        - {maxSkew: 1, topologyKey: kubernetes.io/hostname, whenUnsatisfiable: DoNotSchedule}
      containers:
        - name: web
          image: registry.example/web:1.4.2
          ports: [{name: http, containerPort: 8080}]
          livenessProbe: {httpGet: {path: /, port: http}}
          readinessProbe: {httpGet: {path: /, port: 8080}}
          resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 64Mi}}
          securityContext:
            allowPrivilegeEscalation: false
            readOnlyRootFilesystem: true
            capabilities: {drop: [ALL]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
"""


def rules(text: str) -> set[str]:
    return {finding.rule for finding in check(text, "kubernetes").findings}


def test_a_sound_manifest_has_no_finding() -> None:
    assert check(SOUND, "kubernetes").findings == ()


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("replicas: 3", "replica: 3", "unknown-field"),
        ("replicas: 3", 'replicas: "3"', "field-type"),
        ("name: ndots, value: \"2\"", "name: ndots, value: 2", "field-type"),
        ("apps/v1", "apps/v2", "unknown-kind"),
        ("apps/v1", "apps/v1beta1", "retired-api"),
        ("apps/v1", "extensions/v1beta1", "no-extensions-v1beta"),
        ("  selector: {matchLabels: {app: web}}\n", "", "missing-field"),
        ("labels: {app: web}}\n    spec", "labels: {app: other}}\n    spec", "mismatching-selector"),
        ("web:1.4.2", "web", "latest-tag"),
        ("web:1.4.2", "web:latest", "latest-tag"),
        ("          livenessProbe: {httpGet: {path: /, port: http}}\n", "", "no-liveness-probe"),
        ("path: /, port: 8080", "path: /, port: 9090", "readiness-port"),
        ("containerPort: 8080", "containerPort: 80", "privileged-ports"),
        ("memory: 64Mi}}", "cpu: 1}}", "unset-memory-requirements"),
        ("runAsNonRoot: true", "runAsUser: 0", "run-as-non-root"),
        ("allowPrivilegeEscalation: false", "privileged: true", "privileged-container"),
        ("drop: [ALL]", "add: [NET_RAW]", "drop-net-raw-capability"),
        ("automountServiceAccountToken: false", "serviceAccountName: ghost", "non-existent-service-account"),
        ("automountServiceAccountToken: false", "hostNetwork: true", "host-network"),
        ("selector: {app: web}", "selector: {app: wep}", "dangling-service"),
        ("podSelector: {matchLabels: {app: web}}", "podSelector: {matchLabels: {app: wep}}", "non-isolated-pod"),
        ("replicas: 3", "replicas: 1", "minimum-three-replicas"),
        ("namespace: shop, labels", "namespace: default, labels", "use-namespace"),
    ],
)  # fmt: skip
def test_each_fault_is_found_by_its_rule(old: str, new: str, rule: str) -> None:
    assert old in SOUND
    assert rule in rules(SOUND.replace(old, new, 1))


def test_advice_leaves_a_manifest_valid_and_an_unknown_field_does_not() -> None:
    advised = check(SOUND.replace("web:1.4.2", "web:latest"), "kubernetes")
    assert advised.valid
    assert [finding.severity for finding in advised.findings] == ["warning"]
    assert not check(SOUND.replace("replicas", "replica"), "kubernetes").valid


def test_a_kind_of_somebody_else_is_left_alone() -> None:
    assert (
        rules("apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a}\nspec: {anything: goes}\n")
        == set()
    )


def test_a_word_that_kubernetes_reads_as_true_needs_quotes() -> None:
    text = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  DEBUG: on\n"
    assert [(finding.line, finding.rule) for finding in check(text, "kubernetes").findings] == [
        (5, "field-type")
    ]


def test_every_type_of_the_table_is_a_scalar_or_a_type_of_the_table() -> None:
    table = json.loads(Path(package.__path__[0], "fields.json").read_text())
    words = {word.lstrip("[]{}") for entry in table["types"].values() for word in entry["fields"].values()}
    assert words - set(table["types"]) <= {"any", "string", "integer", "number", "boolean"}
