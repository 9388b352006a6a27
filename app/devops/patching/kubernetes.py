"""Templates for Kubernetes manifests and Compose files."""

import re
from collections.abc import Iterator

from app.devops.checking.kubernetes.fields import RETIRED, known_apis, misspelt
from app.devops.checking.kubernetes.objects import Thing, things
from app.devops.checking.nodes import Node, Stream
from app.devops.patching.surgery import Edit, put, scalar
from app.devops.patching.target import Path, Target

_QUANTITY = re.compile(r"(\d+(?:\.\d+)?)(m|Ki|Mi|Gi|Ti|k|M|G|T)?")
_FORBIDDEN = re.compile(
    r'User "system:serviceaccount:(?P<namespace>[a-z0-9.-]+):(?P<account>[a-z0-9.-]+)" cannot (?P<verb>[a-z]+) resource'
    r' "(?P<resource>[a-z/]+)" in API group "(?P<group>[a-z0-9.-]*)"(?: in the namespace "(?P<space>[a-z0-9.-]+)")?'
)


def _things(target: Target) -> list[tuple[Path, Thing]]:
    """The objects with the path of their document; the named ones alone, when a name fits."""
    found: list[tuple[Path, Thing]] = []
    for position, document in enumerate(target.documents):
        found += [((str(position),), thing) for thing in things(Stream(target.text, [document]))]
    wanted = target.field("workload", "deployment", "pod", "name", "object")
    named = [pair for pair in found if wanted and pair[1].name and wanted.startswith(pair[1].name)]
    return named or found


def _pod_path(thing: Thing) -> Path:
    if thing.kind == "Pod":
        return ("spec",)
    job = ("jobTemplate", "spec") if thing.kind == "CronJob" else ()
    return ("spec", *job, "template", "spec")


def _containers(target: Target) -> Iterator[tuple[Path, Node]]:
    wanted = target.field("container")
    found: list[tuple[Path, Node]] = []
    for path, thing in _things(target):
        for position, container in enumerate(thing.pod.listed("containers") if thing.pod is not None else ()):
            if container.kind == "map":
                found.append(((*path, *_pod_path(thing), "containers", str(position)), container))
    yield from [pair for pair in found if wanted and pair[1].text("name") == wanted] or found


def memory(target: Target) -> list[Edit]:
    """Twice the memory for the container that was killed for want of it."""
    edits = []
    for path, container in _containers(target):
        limit = container.get("resources", "limits", "memory")
        if limit is not None and (more := _doubled(limit.value)):
            edits.append(scalar(limit, more, (*path, "resources", "limits", "memory")))
        elif container.get("resources") is None and len(list(_containers(target))) == 1:
            data = {"requests": {"memory": "256Mi"}, "limits": {"memory": "512Mi"}}
            edits.append(put(target.text, container, "resources", data, path))
    return edits


def _doubled(quantity: str) -> str:
    match = _QUANTITY.fullmatch(quantity)
    if match is None:
        return ""
    number = float(match[1]) * 2
    return f"{int(number) if number.is_integer() else number}{match[2] or ''}"


def resources(target: Target) -> list[Edit]:
    """Requests and limits, where a quota asks for them and none are set."""
    data = {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"cpu": "500m", "memory": "256Mi"}}
    return [
        put(target.text, container, "resources", data, path)
        for path, container in _containers(target)
        if container.get("resources") is None
    ]


def security(target: Target) -> list[Edit]:
    """What the restricted pod security standard asks of a container."""
    edits = []
    wanted: dict[str, object] = {
        "allowPrivilegeEscalation": False,
        "runAsNonRoot": True,
        "capabilities": {"drop": ["ALL"]},
        "seccompProfile": {"type": "RuntimeDefault"},
    }
    for path, container in _containers(target):
        context = container.get("securityContext")
        if context is None or not context.pairs:
            edits.append(put(target.text, container, "securityContext", wanted, path))
            continue
        edits += [
            put(target.text, context, key, value, (*path, "securityContext"))
            for key, value in wanted.items()
            if context.get(key) is None
        ]
        for name in ("privileged", "allowPrivilegeEscalation"):
            node = context.get(name)
            if node is not None and node.value == "true":
                edits.append(scalar(node, "false", (*path, "securityContext", name)))
    return edits


def liveness(target: Target) -> list[Edit]:
    """Time to start, before the liveness probe counts: a startup probe of five minutes that asks the same."""
    edits = []
    for path, container in _containers(target):
        probe = container.get("livenessProbe")
        if probe is None or container.get("startupProbe") is not None:
            continue
        data = {
            key.value: value.plain()
            for key, value in probe.pairs
            if key.value in ("httpGet", "tcpSocket", "exec", "grpc")
        }
        edits.append(
            put(
                target.text,
                container,
                "startupProbe",
                {**data, "periodSeconds": 10, "failureThreshold": 30},
                path,
            )
        )
    return edits


def probe_port(target: Target) -> list[Edit]:
    """Probes that ask a port which the container does not open: the one that it does open."""
    edits = []
    for path, container in _containers(target):
        ports = [port.text("containerPort") for port in container.listed("ports")]
        names = [port.text("name") for port in container.listed("ports")]
        for probe in ("livenessProbe", "readinessProbe", "startupProbe"):
            for handler in ("httpGet", "tcpSocket", "grpc"):
                node = container.get(probe, handler, "port")
                if node is not None and len(ports) == 1 and node.value not in (*ports, *names):
                    edits.append(scalar(node, ports[0], (*path, probe, handler, "port")))
    return edits


def pull_secret(target: Target) -> list[Edit]:
    """The secret for a private registry."""
    name = target.field("secret") or "registry-credentials"
    edits = []
    for path, thing in _things(target):
        if thing.pod is not None and thing.pod.get("imagePullSecrets") is None:
            edits.append(
                put(
                    target.text,
                    thing.pod,
                    "imagePullSecrets",
                    [{"name": name}],
                    (*path, *_pod_path(thing)),
                    before="containers",
                )
            )
    return edits


def selector(target: Target) -> list[Edit]:
    """Labels of the pods, as their own object selects them."""
    edits = []
    for path, thing in _things(target):
        wanted = thing.node.get("spec", "selector", "matchLabels")
        labels = thing.template.get("metadata", "labels") if thing.template is not None else None
        for key, value in wanted.pairs if wanted is not None else ():
            if labels is not None and labels.text(key.value) != value.value:
                edits.append(
                    put(
                        target.text,
                        labels,
                        key.value,
                        value.value,
                        (*path, *_pod_path(thing)[:-1], "metadata", "labels"),
                    )
                )
    return edits


def api_version(target: Target) -> list[Edit]:
    """The version of the API that still serves the kind."""
    edits = []
    for path, thing in _things(target):
        node = thing.node.get("apiVersion")
        served = known_apis(thing.kind)
        if node is not None and node.value in RETIRED and served:
            edits.append(scalar(node, served[0], (*path, "apiVersion")))
    return edits


def field_names(target: Target) -> list[Edit]:
    """Fields that differ from a known one by a letter, for an object of the API."""
    edits = []
    for path, thing in _things(target):
        for where, key, near in misspelt(thing):
            edits.append(Edit(key.start, key.end, near, (*path, *where, key.value)))
            edits.append(Edit(key.end, key.end, "", (*path, *where, near)))
    return edits


def role(target: Target) -> list[dict[str, object]]:
    """The least Role and RoleBinding for what an account was refused."""
    match = _FORBIDDEN.search(f"{target.log}\n{target.field('message')}")
    given = (
        match.groupdict()
        if match
        else {
            **dict.fromkeys(("namespace", "account", "verb", "resource", "group", "space"), ""),
            **target.fields,
        }
    )
    account, verb, resource = given.get("account") or "", given.get("verb") or "", given.get("resource") or ""
    if not (account and verb and resource) or "*" in verb + resource:
        return []
    space = given.get("space")
    name = f"{account}-{verb}-{resource.replace('/', '-')}"
    kind = "Role" if space else "ClusterRole"
    where = {"namespace": space} if space else {}
    rules = [{"apiGroups": [given.get("group") or ""], "resources": [resource], "verbs": [verb]}]
    subject = {
        "kind": "ServiceAccount",
        "name": account,
        "namespace": given.get("namespace") or space or "default",
    }
    api = "rbac.authorization.k8s.io"
    return [
        {"apiVersion": f"{api}/v1", "kind": kind, "metadata": {"name": name, **where}, "rules": rules},
        {
            "apiVersion": f"{api}/v1", "kind": f"{kind}Binding", "metadata": {"name": name, **where}, "subjects": [subject],
            "roleRef": {"apiGroup": api, "kind": kind, "name": name},
        },
    ]  # fmt: skip


def compose_health(target: Target) -> list[Edit]:
    """Wait until a service is healthy, not only started, and say how its health is asked for."""
    services = target.root.get("services")
    edits: list[Edit] = []
    checked: set[str] = set()
    for key, service in services.pairs if services is not None else ():
        depends = service.get("depends_on")
        names = [item.value for item in depends.items] if depends is not None else []
        for name in names:
            other = services.get(name) if services is not None else None
            command = next(
                (test for word, test in _HEALTH if other is not None and word in other.text("image")), ""
            )
            if other is None or not (command or other.get("healthcheck") is not None):
                return []
            if other.get("healthcheck") is None and name not in checked:
                checked.add(name)
                data = {"test": ["CMD-SHELL", command], "interval": "5s", "timeout": "5s", "retries": 20}
                edits.append(put(target.text, other, "healthcheck", data, ("services", name)))
        if names:
            waits = {name: {"condition": "service_healthy"} for name in names}
            edits.append(put(target.text, service, "depends_on", waits, ("services", key.value)))
    return edits


_HEALTH = (
    ("postgres", "pg_isready -U postgres"),
    ("mysql", "mysqladmin ping -h 127.0.0.1"),
    ("mariadb", "healthcheck.sh --connect"),
    ("redis", "redis-cli ping"),
    ("valkey", "valkey-cli ping"),
    ("mongo", "mongosh --quiet --eval 'db.runCommand({ping: 1}).ok'"),
    ("rabbitmq", "rabbitmq-diagnostics -q ping"),
    ("elasticsearch", "curl -fs http://127.0.0.1:9200/_cluster/health"),
    ("opensearch", "curl -fs http://127.0.0.1:9200/_cluster/health"),
    ("minio", "curl -fs http://127.0.0.1:9000/minio/health/live"),
)
