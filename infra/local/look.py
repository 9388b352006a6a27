"""Looks at a laptop's cluster before the first object is declared: what survived the last pause, and may this stack have it?

Only "not there" means create. What belongs to somebody else, is going away, or was left by a run that was killed, stops the
program with the reason and the command.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from infra.adopt import Found
from infra.asking import Stop
from infra.local.images import image, needed
from infra.local.kept import KEEPSAKES
from infra.local.kubectl import Kubectl
from infra.local.spaces import local_spaces
from infra.snapshot import Snapshot
from infra.stack import Stack
from infra.workloads.namespaces import PRIORITIES, STORES, owner_labels

# There is none; names of AWS are never made for such a stack.
NO_ACCOUNT = "000000000000"
PROVIDER = "pulumi:providers:kubernetes"
# What the program makes beside what it keeps, in the one namespace that a pause leaves.
BESIDE = "deployments,services,serviceaccounts,networkpolicies,poddisruptionbudgets,jobs,configmaps,resourcequotas,limitranges"

Thing = tuple[str, str, str]  # kind, namespace, name


def look(stack: Stack, *, state: Snapshot, warn: Callable[[str], None]) -> Found:
    """See what the stack's names are in the cluster. Reads only.

    Raises: Stop.
    """
    kubectl = Kubectl(stack.kube_context or "")
    _refuse_other_cluster(stack, state=state)
    known = set(_known(state))
    there = kubectl.objects("namespaces,priorityclasses")
    _refuse_strangers(stack, there)
    _refuse_leftovers(stack, _left(stack, there, kubectl=kubectl, known=known), warn=warn)
    ids = _kept(kubectl, there)
    for key, keepsake in KEEPSAKES.items():
        if key not in ids and (keepsake.kind, keepsake.space, keepsake.name) in known:
            raise Stop(
                f"The {keepsake.kind} {keepsake.import_id!r} is in the stack's state but not in the cluster of kubeContext "
                f"{stack.kube_context!r}: somebody deleted it, or made the cluster anew. Run `pulumi refresh --stack "
                f"{stack.name}` so that the state forgets what is gone, then `pulumi up`."
            )
    return Found(account=NO_ACCOUNT, ids=ids, images=_images(stack, kubectl))


def _refuse_other_cluster(stack: Stack, *, state: Snapshot) -> None:
    """Another context would bring everything up once more, empty, and leave the data where it is."""
    for urn, outputs in state.outputs.items():
        before = outputs.get("context")
        if urn.split("::")[2].split("$")[-1] == PROVIDER and before not in (None, stack.kube_context):
            raise Stop(
                f"kubeContext is {stack.kube_context!r} while the stack's state is of the cluster of {before!r}. Going on would "
                f"leave the data behind. Go back (pulumi config set kubeContext {before}), destroy the stack there first, or "
                f"make a new stack."
            )


def _known(state: Snapshot) -> Iterable[Thing]:
    """Every object of Kubernetes in the state."""
    for urn, outputs in state.outputs.items():
        token, metadata = urn.split("::")[2].split("$")[-1], outputs.get("metadata")
        if token.startswith("kubernetes:") and isinstance(metadata, Mapping):
            yield token.split(":")[-1], metadata.get("namespace") or "", metadata.get("name") or ""


def _refuse_strangers(stack: Stack, there: Iterable[Mapping[str, Any]]) -> None:
    wanted = _wanted(stack)
    for item in there:
        kind, name = item["kind"], item["metadata"]["name"]
        if name not in wanted.get(kind, ()):
            continue
        labels, ours = item["metadata"].get("labels") or {}, owner_labels(stack)
        if any(labels.get(key) != value for key, value in ours.items()):
            raise Stop(
                f"The {kind} {name!r} is in the cluster of kubeContext {stack.kube_context!r} already and is not this stack's: "
                f"it has not the labels {', '.join(f'{key}={value}' for key, value in ours.items())}. A cluster holds one "
                f"stack of this project; use one of its own."
            )
        if item["metadata"].get("deletionTimestamp"):
            raise Stop(f"The {kind} {name!r} is still being deleted. Wait until it is gone, then repeat.")


def _wanted(stack: Stack) -> Mapping[str, set[str]]:
    """The names that no namespace holds."""
    spaces = {space.name for space in local_spaces(stack)}
    return {"Namespace": spaces, "PriorityClass": set(PRIORITIES)}


def _left(
    stack: Stack, there: Iterable[Mapping[str, Any]], *, kubectl: Kubectl, known: set[Thing]
) -> list[str]:
    """What a killed run made and the state does not know, as kubectl names it."""
    wanted, left = _wanted(stack), []
    for item in there:
        kind, name = item["kind"], item["metadata"]["name"]
        rented = name in wanted.get(kind, ()) and (kind, name) != ("Namespace", STORES)
        if rented and (kind, "", name) not in known:
            left.append(f"{kind.lower()}/{name}")
    ours = ",".join(f"{key}={value}" for key, value in owner_labels(stack).items() if key.endswith("part-of"))
    in_state = {f"{kind.lower()}/{name}" for kind, space, name in known if space == STORES}
    for entry in kubectl.names(BESIDE, "-n", STORES, "-l", ours):
        kind, _, name = entry.partition("/")
        if f"{kind.split('.')[0]}/{name}" not in in_state:
            left.append(f"-n {STORES} {entry}")
    return left


def _refuse_leftovers(stack: Stack, left: list[str], *, warn: Callable[[str], None]) -> None:
    """Each would be refused as there already, half-way. While pausing they are only told."""
    if not left:
        return
    lines = "\n".join(f"  kubectl --context {stack.kube_context} delete {thing}" for thing in left)
    message = (
        f"{len(left)} object(s) of this stack are in the cluster but not in its state; an interrupted run left them behind. None "
        f"of them holds data. Remove them, then repeat:\n{lines}"
    )
    if not stack.paused:
        raise Stop(message)
    warn(message)


def _kept(kubectl: Kubectl, there: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """The ids of what is to be imported."""
    present = {("Namespace", item["metadata"]["name"]) for item in there if item["kind"] == "Namespace"}
    for entry in kubectl.names("persistentvolumeclaims", "-n", STORES):
        present.add(("PersistentVolumeClaim", entry.partition("/")[2]))
    return {
        key: keepsake.import_id
        for key, keepsake in KEEPSAKES.items()
        if (keepsake.kind, keepsake.name) in present
    }


def _images(stack: Stack, kubectl: Kubectl) -> frozenset[str]:
    """The apps whose image some machine has. A registry is not asked: it may be reachable from the machines alone."""
    if stack.paused or stack.image_registry:
        return frozenset(needed(stack))
    held = {
        name
        for node in kubectl.objects("nodes")
        for entry in node.get("status", {}).get("images") or []
        for name in entry.get("names") or []
    }
    return frozenset(app for app in needed(stack) if image(stack, app) in held)
