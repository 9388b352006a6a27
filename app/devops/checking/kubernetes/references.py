"""Rules that hold one object against another: services without pods, keys that a secret lacks, accounts that are not there."""

from collections.abc import Iterator

from app.devops.checking.kubernetes.objects import Manifest, Thing, selects, texts
from app.devops.checking.kubernetes.rules import Places, registry
from app.devops.checking.nodes import Node

RULES, rule = registry()


def _with_pods(manifest: Manifest) -> Iterator[Thing]:
    return (thing for thing in manifest.things if thing.template is not None)


@rule("dangling-service")
def _service(thing: Thing, manifest: Manifest) -> Places:
    selector = thing.node.get("spec", "selector") if thing.kind == "Service" else None
    wanted = texts(selector)
    if selector is None or not wanted:
        return
    if not any(wanted.items() <= other.pod_labels.items() for other in _with_pods(manifest)):
        yield selector, f"{thing.title} selects no pods of this manifest"


@rule("dangling-hpa")
def _hpa(thing: Thing, manifest: Manifest) -> Places:
    target = thing.node.get("spec", "scaleTargetRef") if thing.kind == "HorizontalPodAutoscaler" else None
    if target is None:
        return
    kind, name = target.text("kind"), target.text("name")
    if not any(other.kind == kind and other.name == name for other in manifest.things):
        yield target, f"{thing.title} scales {kind} {name!r}, which is not in this manifest"


@rule("dangling-ingress")
def _ingress(thing: Thing, manifest: Manifest) -> Places:
    if thing.kind != "Ingress":
        return
    backends = [thing.node.get("spec", "defaultBackend")]
    for item in thing.node.listed("spec", "rules"):
        backends += [path.get("backend") for path in item.listed("http", "paths")]
    for backend in backends:
        service = backend.get("service") if backend is not None else None
        if service is not None:
            yield from _backend(thing, service, manifest)


def _backend(thing: Thing, service: Node, manifest: Manifest) -> Iterator[tuple[Node, str]]:
    name = service.text("name")
    found = [other for other in manifest.of_kind("Service") if other.name == name]
    if not found:
        yield service, f"{thing.title} sends to the service {name!r}, which is not in this manifest"
        return
    ports = [port for other in found for port in other.node.listed("spec", "ports")]
    number, title = service.text("port", "number"), service.text("port", "name")
    if number and number not in {port.text("port") for port in ports}:
        yield service, f"{thing.title} sends to port {number}, which the service {name!r} does not offer"
    if title and title not in {port.text("name") for port in ports}:
        yield service, f"{thing.title} sends to port {title!r}, which the service {name!r} does not offer"


@rule("dangling-networkpolicy")
def _policy(thing: Thing, manifest: Manifest) -> Places:
    selector = thing.node.get("spec", "podSelector") if thing.kind == "NetworkPolicy" else None
    if selector is None or not selector.pairs:
        return
    if not any(selects(selector, other.pod_labels) for other in _with_pods(manifest)):
        yield selector, f"{thing.title} covers no pods of this manifest"


@rule("dangling-networkpolicypeer-podselector")
def _peer(thing: Thing, manifest: Manifest) -> Places:
    if thing.kind != "NetworkPolicy":
        return
    for part, peers in (("ingress", "from"), ("egress", "to")):
        for item in thing.node.listed("spec", part):
            for peer in item.listed(peers):
                selector = peer.get("podSelector")
                # A peer in another namespace is hardly ever in the same file.
                if selector is None or not selector.pairs or peer.get("namespaceSelector") is not None:
                    continue
                if not any(selects(selector, other.pod_labels) for other in _with_pods(manifest)):
                    yield selector, f"{thing.title} lets pods speak that are not in this manifest"


@rule("dangling-servicemonitor")
def _monitor(thing: Thing, manifest: Manifest) -> Places:
    if thing.kind != "ServiceMonitor":
        return
    selector = thing.node.get("spec", "selector")
    spaces = {item.value for item in thing.node.listed("spec", "namespaceSelector", "matchNames")}
    for other in manifest.of_kind("Service"):
        if selects(selector, other.labels) and (not spaces or other.namespace in spaces):
            return
    yield selector or thing.line, f"{thing.title} watches no service of this manifest"


@rule("non-existent-service-account")
def _account(thing: Thing, manifest: Manifest) -> Places:
    if thing.pod is None:
        return
    node = thing.pod.get("serviceAccountName") or thing.pod.get("serviceAccount")
    known = {other.name for other in manifest.of_kind("ServiceAccount")}
    if node is not None and node.value not in known | {"", "default"} and "{{" not in node.value:
        yield node, f"{thing.title} runs as {node.value!r}, an account that is not in this manifest"


@rule("env-var-value-from")
def _value_from(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers():
        for item in container.listed("env"):
            for ref, kind in (("secretKeyRef", "Secret"), ("configMapKeyRef", "ConfigMap")):
                node = item.get("valueFrom", ref)
                if (
                    node is not None
                    and node.text("optional") != "true"
                    and not _has_key(node, kind, manifest)
                ):
                    message = (
                        f"{item.text('name')!r} reads {node.text('key')!r} of {kind} {node.text('name')!r}"
                    )
                    yield node, f"{message}, which this manifest does not hold"


def _has_key(node: Node, kind: str, manifest: Manifest) -> bool:
    name, key = node.text("name"), node.text("key")
    if "{{" in name + key:
        return True
    for other in manifest.of_kind(kind):
        if other.name == name:
            return any(other.node.get(part, key) is not None for part in ("data", "stringData", "binaryData"))
    return False


@rule("non-isolated-pod")
def _isolated(thing: Thing, manifest: Manifest) -> Places:
    if thing.template is None:
        return
    for policy in manifest.of_kind("NetworkPolicy"):
        if selects(policy.node.get("spec", "podSelector"), thing.pod_labels):
            return
    yield thing.line, f"no NetworkPolicy of this manifest covers the pods of {thing.title}"
