"""Rules for single containers: rights, images, probes, ports, environment, resources."""

import re
from collections.abc import Iterator

from app.devops.checking.kubernetes.objects import Manifest, Thing
from app.devops.checking.kubernetes.rules import Places, registry
from app.devops.checking.nodes import Node

RULES, rule = registry()

_SECRET_NAME = re.compile(r"(?i)(^|_)(secret|password|passwd|token|api_?key|private_?key|credentials?)(_|$)")
_HIGHEST_PRIVILEGED_PORT = 1023
_SSH_PORT = 22
_DNS_LABEL = re.compile(r"(?=.*[a-z])[a-z0-9](?:-?[a-z0-9])*")
_PORT_NAME_LENGTH = 15
_HIGHEST_PORT = 65_535


def named(container: Node) -> str:
    return f"container {container.text('name')!r}"


def serving(thing: Thing) -> Iterator[Node]:
    """Containers that are meant to stay up: not those of a job, nor those that only prepare."""
    if thing.kind not in ("Job", "CronJob"):
        yield from thing.containers(with_init=False)


def _setting(thing: Thing, container: Node, name: str) -> Node | None:
    """A security setting of the container, else of its pod."""
    own = container.get("securityContext", name)
    return own if own is not None or thing.pod is None else thing.pod.get("securityContext", name)


@rule("privileged-container")
def _privileged(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers():
        node = container.get("securityContext", "privileged")
        if node is not None and node.value == "true":
            yield node, f"{named(container)} is privileged: it owns the host"


@rule("privilege-escalation-container")
def _escalation(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers():
        context = container.get("securityContext")
        allow = container.get("securityContext", "allowPrivilegeEscalation")
        added = [item.value for item in container.listed("securityContext", "capabilities", "add")]
        if allow is not None and allow.value == "true":
            yield allow, f"{named(container)} lets a program gain more rights than it started with"
        elif (
            container.text("securityContext", "privileged") == "true"
            or "SYS_ADMIN" in added
            or "CAP_SYS_ADMIN" in added
        ):
            yield (
                context or container,
                f"{named(container)} may gain every right by being privileged or having SYS_ADMIN",
            )


@rule("allow-privilege-escalation-unset")
def _escalation_open(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers():
        if container.get("securityContext", "allowPrivilegeEscalation") is None:
            yield (
                container,
                f"{named(container)} does not say allowPrivilegeEscalation: false, and the default is true",
            )


@rule("drop-net-raw-capability")
def _net_raw(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers():
        capabilities = container.get("securityContext", "capabilities")
        if capabilities is None:
            continue
        added = {item.value.upper().removeprefix("CAP_") for item in capabilities.listed("add")}
        dropped = {item.value.upper().removeprefix("CAP_") for item in capabilities.listed("drop")}
        kept = capabilities.kind == "map" and not dropped & {"NET_RAW", "ALL"}
        if "NET_RAW" in added or (kept and capabilities.pairs):
            yield capabilities, f"{named(container)} can forge packets; drop NET_RAW, or better ALL"


@rule("no-read-only-root-fs")
def _root_fs(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers():
        node = container.get("securityContext", "readOnlyRootFilesystem")
        if node is None or node.value != "true":
            yield (
                node or container,
                f"{named(container)} can write its own file system; set readOnlyRootFilesystem: true",
            )


@rule("run-as-non-root")
def _non_root(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers():
        user = _setting(thing, container, "runAsUser")
        group = _setting(thing, container, "runAsGroup")
        forced = _setting(thing, container, "runAsNonRoot")
        if user is not None and user.value == "0":
            yield user, f"{named(container)} runs as user 0, which is root"
        elif group is not None and group.value == "0":
            yield group, f"{named(container)} runs in group 0, which is root's"
        elif (forced is None or forced.value != "true") and user is None:
            yield forced or container, f"{named(container)} may run as root; set runAsNonRoot: true"


@rule("unsafe-proc-mount")
def _proc_mount(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers():
        node = container.get("securityContext", "procMount")
        if node is not None and node.value == "Unmasked":
            yield node, f"{named(container)} sees all of /proc, with what the runtime hides for good reason"


@rule("latest-tag")
def _latest(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers():
        node = container.get("image")
        image = node.value if node is not None else ""
        if node is None or not image or "@" in image or "{{" in image or "$" in image:
            continue
        tag = image.rpartition("/")[2].partition(":")[2]
        if tag in ("", "latest"):
            yield node, f"{named(container)} runs {image!r}, another program every day; name a version"


@rule("no-liveness-probe")
def _liveness(thing: Thing, manifest: Manifest) -> Places:
    for container in serving(thing):
        if container.get("livenessProbe") is None:
            yield container, f"{named(container)} has no livenessProbe, so nobody restarts it when it hangs"


@rule("no-readiness-probe")
def _readiness(thing: Thing, manifest: Manifest) -> Places:
    for container in serving(thing):
        if container.get("readinessProbe") is None:
            yield container, f"{named(container)} has no readinessProbe, so requests reach it before it is up"


def _closed_port(container: Node, probe: str) -> Iterator[tuple[Node, str]]:
    ports = [port for port in container.listed("ports") if port.text("protocol") not in ("UDP", "SCTP")]
    known = {port.text("containerPort") for port in ports} | {port.text("name") for port in ports}
    for handler in ("httpGet", "tcpSocket", "grpc"):
        node = container.get(probe, handler, "port")
        if node is not None and node.is_text and node.value not in known:
            yield (
                node,
                f"{probe} of {named(container)} asks port {node.value}, which is none of its TCP ports",
            )


@rule("liveness-port")
def _liveness_port(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers():
        yield from _closed_port(container, "livenessProbe")


@rule("readiness-port")
def _readiness_port(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers():
        yield from _closed_port(container, "readinessProbe")


@rule("startup-port")
def _startup_port(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers():
        yield from _closed_port(container, "startupProbe")


@rule("privileged-ports")
def _privileged_ports(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers():
        for port in container.listed("ports"):
            node = port.get("containerPort")
            if node is not None and node.tag == "int" and 0 < node.plain() <= _HIGHEST_PRIVILEGED_PORT:
                yield node, f"{named(container)} listens on {node.value}; ports below 1024 need extra rights"


@rule("ssh-port")
def _ssh(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers():
        for port in container.listed("ports"):
            node = port.get("containerPort")
            if node is not None and node.value == str(_SSH_PORT) and port.text("protocol") in ("", "TCP"):
                yield node, f"{named(container)} offers SSH; use kubectl exec instead"


@rule("invalid-target-ports", "error")
def _port_names(thing: Thing, manifest: Manifest) -> Places:
    places = [port.get("name") for container in thing.containers() for port in container.listed("ports")]
    numbers = [
        port.get("containerPort") for container in thing.containers() for port in container.listed("ports")
    ]
    if thing.kind == "Service":
        for port in thing.node.listed("spec", "ports"):
            target = port.get("targetPort")
            (numbers if target is not None and target.tag == "int" else places).append(target)
    for node in places:
        if node is not None and node.is_text and node.tag == "str" and not _port_name(node.value):
            yield (
                node,
                f"{node.value!r} is no port name: at most 15 small letters, digits and dashes, and a letter among them",
            )
    for node in numbers:
        if node is not None and node.tag == "int" and not 0 < node.plain() <= _HIGHEST_PORT:
            yield node, f"{node.value} is no port; they end at {_HIGHEST_PORT}"


def _port_name(name: str) -> bool:
    return "{{" in name or (len(name) <= _PORT_NAME_LENGTH and _DNS_LABEL.fullmatch(name) is not None)


@rule("duplicate-env-var")
def _duplicate_variable(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers():
        seen: set[str] = set()
        for item in container.listed("env"):
            name = item.text("name")
            if name and name in seen:
                yield item, f"{named(container)} sets {name!r} twice; only the last counts"
            seen.add(name)


@rule("env-var-secret")
def _written_secret(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers():
        for item in container.listed("env"):
            if _SECRET_NAME.search(item.text("name")) and item.text("value"):
                yield (
                    item,
                    f"{named(container)} has the value of {item.text('name')!r} written out; keep it in a Secret",
                )


@rule("read-secret-from-env-var")
def _secret_variable(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers():
        for item in container.listed("env"):
            if item.get("valueFrom", "secretKeyRef") is not None:
                yield (
                    item,
                    f"{named(container)} has a secret in {item.text('name')!r}; a mounted file leaks less easily",
                )


def _unset(container: Node, name: str) -> str:
    missing = [part for part in ("requests", "limits") if not container.text("resources", part, name)]
    return " and ".join(missing)


@rule("unset-cpu-requirements")
def _cpu(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers(with_init=False):
        # A limit on CPU slows a container down for no gain; a request is what the scheduler needs.
        if "requests" in _unset(container, "cpu"):
            yield (
                container.key("resources") or container,
                f"{named(container)} has no cpu in resources.requests",
            )


@rule("unset-memory-requirements")
def _memory(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers(with_init=False):
        if missing := _unset(container, "memory"):
            yield (
                container.key("resources") or container,
                f"{named(container)} has no memory in resources: {missing}",
            )
