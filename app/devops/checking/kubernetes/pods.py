"""Rules for pods: what they share with the host, whom they run as, how they are scheduled and named."""

from collections.abc import Iterator

from app.devops.checking.kubernetes.containers import named
from app.devops.checking.kubernetes.objects import REPLICATED, Manifest, Thing
from app.devops.checking.kubernetes.rules import Places, registry
from app.devops.checking.nodes import Node

RULES, rule = registry()

# Folders of the host that give away the host.
_SENSITIVE = (
    "/",
    "/boot",
    "/dev",
    "/etc",
    "/lib",
    "/proc",
    "/sys",
    "/usr",
    "/root",
    "/home",
    "/var/lib/kubelet",
    "/run",
    "/bin",
)
_SAFE_SYSCTLS = (
    "kernel.shm_rmid_forced",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_syncookies",
    "net.ipv4.ping_group_range",
)
_UNSAFE_SYSCTLS = ("kernel.msg", "kernel.sem", "kernel.shm", "fs.mqueue.", "net.")
_NDOTS_LIMIT = 2
_PRIORITIES = ("", "system-cluster-critical", "system-node-critical")


def _host(thing: Thing, name: str, what: str) -> Iterator[tuple[Node, str]]:
    node = thing.pod.get(name) if thing.pod is not None else None
    if node is not None and node.value == "true":
        yield node, f"{thing.title} shares the host's {what} ({name}: true)"


@rule("host-network")
def _network(thing: Thing, manifest: Manifest) -> Places:
    yield from _host(thing, "hostNetwork", "network")


@rule("host-pid")
def _pid(thing: Thing, manifest: Manifest) -> Places:
    yield from _host(thing, "hostPID", "processes")


@rule("host-ipc")
def _ipc(thing: Thing, manifest: Manifest) -> Places:
    yield from _host(thing, "hostIPC", "shared memory")


@rule("host-port")
def _port(thing: Thing, manifest: Manifest) -> Places:
    for container in thing.containers():
        for port in container.listed("ports"):
            node = port.get("hostPort")
            if node is not None and node.value != "0":
                yield node, f"{named(container)} takes port {node.value} of the host, so one pod fits on each"


def _host_paths(thing: Thing) -> Iterator[tuple[str, Node]]:
    if thing.pod is None:
        return
    for volume in thing.pod.listed("volumes"):
        path = volume.get("hostPath", "path")
        if path is not None:
            yield volume.text("name"), path


@rule("docker-sock")
def _docker(thing: Thing, manifest: Manifest) -> Places:
    for _, path in _host_paths(thing):
        if path.value.rstrip("/").endswith(("docker.sock", "containerd.sock", "crio.sock")):
            yield path, f"{thing.title} mounts {path.value}, and who speaks to it owns the host"


@rule("sensitive-host-mounts")
def _sensitive(thing: Thing, manifest: Manifest) -> Places:
    for _, path in _host_paths(thing):
        if (path.value.rstrip("/") or "/") in _SENSITIVE:
            yield path, f"{thing.title} mounts {path.value} of the host"


@rule("writable-host-mount")
def _writable(thing: Thing, manifest: Manifest) -> Places:
    paths = dict(_host_paths(thing))
    for container in thing.containers():
        for mount in container.listed("volumeMounts"):
            path = paths.get(mount.text("name"))
            if path is not None and mount.text("readOnly") != "true":
                yield mount, f"{named(container)} can write {path.value} on the host; mount it readOnly"


@rule("unsafe-sysctls")
def _sysctls(thing: Thing, manifest: Manifest) -> Places:
    for item in thing.pod.listed("securityContext", "sysctls") if thing.pod is not None else ():
        name = item.text("name")
        if name.startswith(_UNSAFE_SYSCTLS) and name not in _SAFE_SYSCTLS:
            yield item, f"{thing.title} sets {name}, which is the kernel's for all pods of the node"


@rule("default-service-account")
def _default_account(thing: Thing, manifest: Manifest) -> Places:
    if thing.pod is None:
        return
    node = thing.pod.get("serviceAccountName") or thing.pod.get("serviceAccount")
    if node is not None and node.value not in ("default", ""):
        return
    if thing.pod.text("automountServiceAccountToken") != "false":
        place = node or thing.pod
        yield place, f"{thing.title} runs as the default service account, with whatever others gave it"


@rule("deprecated-service-account-field")
def _old_account(thing: Thing, manifest: Manifest) -> Places:
    key = thing.pod.key("serviceAccount") if thing.pod is not None else None
    if key is not None:
        yield key, "serviceAccount: is the old name; write serviceAccountName:"


@rule("automount-token")
def _token(thing: Thing, manifest: Manifest) -> Places:
    if thing.pod is not None and thing.pod.text("automountServiceAccountToken") == "true":
        place = thing.pod.key("automountServiceAccountToken") or thing.pod
        yield place, f"{thing.title} mounts a token for the API; say false unless it calls the API"


@rule("use-namespace")
def _namespace(thing: Thing, manifest: Manifest) -> Places:
    node = thing.node.get("metadata", "namespace")
    if node is not None and node.value == "default":
        yield node, f"{thing.title} lives in the namespace default; give it one of its own"
    elif node is None and thing.template is not None:
        yield thing.line, f"{thing.title} names no namespace, so it lands wherever kubectl points"


@rule("mismatching-selector", "error")
def _selector(thing: Thing, manifest: Manifest) -> Places:
    if thing.kind not in ("Deployment", "DaemonSet", "StatefulSet", "ReplicaSet", "DeploymentConfig"):
        return
    node = thing.node.get("spec", "selector")
    wanted = node.get("matchLabels") if node is not None and thing.kind != "DeploymentConfig" else node
    if node is None or wanted is None or thing.template is None:
        return
    for key, value in wanted.pairs:
        if thing.pod_labels.get(key.value) != value.value:
            yield key, f"{thing.title} selects {key.value}={value.value}, and its own pods do not carry that"


@rule("restart-policy")
def _restart(thing: Thing, manifest: Manifest) -> Places:
    node = thing.pod.get("restartPolicy") if thing.pod is not None else None
    if node is not None and node.value == "Never":
        yield node, f"{thing.title} never starts a failed container again"


@rule("priority-class-name")
def _priority(thing: Thing, manifest: Manifest) -> Places:
    node = thing.pod.get("priorityClassName") if thing.pod is not None else None
    known = {other.name for other in manifest.of_kind("PriorityClass")}
    if node is not None and node.value not in _PRIORITIES and node.value not in known:
        yield (
            node,
            f"{thing.title} names the priority class {node.value!r}, which this manifest does not define",
        )


@rule("dnsconfig-options-ndots")
def _ndots(thing: Thing, manifest: Manifest) -> Places:
    if thing.pod is None:
        return
    for option in thing.pod.listed("dnsConfig", "options"):
        if option.text("name") == "ndots":
            value = option.text("value")
            if not value.isdigit() or int(value) > _NDOTS_LIMIT:
                yield (
                    option,
                    f"{thing.title} tries a name in every search domain first (ndots {value}); 2 is enough",
                )
            return
    if thing.pod.get("dnsConfig") is not None or thing.kind in REPLICATED:
        yield (
            thing.pod.key("dnsConfig") or thing.pod,
            f"{thing.title} leaves ndots at 5, so each outside name is asked five times",
        )


@rule("no-node-affinity")
def _node_affinity(thing: Thing, manifest: Manifest) -> Places:
    if thing.kind not in REPLICATED or thing.pod is None:
        return
    if thing.pod.get("affinity", "nodeAffinity") is None and thing.pod.get("nodeSelector") is None:
        yield thing.pod, f"{thing.title} says nothing of the nodes it runs on"
