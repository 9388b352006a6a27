"""Rules for rights within the cluster: roles that allow too much and who gets them."""

from collections.abc import Iterator

from app.devops.checking.kubernetes.objects import Manifest, Thing
from app.devops.checking.kubernetes.rules import Places, registry
from app.devops.checking.nodes import Node

RULES, rule = registry()

_READ = frozenset(("get", "list", "watch"))
_WRITE = frozenset(("create", "update", "patch", "delete", "deletecollection"))


def _words(node: Node, part: str) -> set[str]:
    return {item.value for item in node.listed(part)}


def _granted(binding: Thing, manifest: Manifest) -> Iterator[Node]:
    """The rules of the role that a binding hands out, as far as the manifest holds it."""
    if binding.kind not in ("RoleBinding", "ClusterRoleBinding"):
        return
    kind, name = binding.node.text("roleRef", "kind"), binding.node.text("roleRef", "name")
    for role in manifest.of_kind(kind):
        if role.name == name and (kind == "ClusterRole" or role.namespace == binding.namespace):
            yield from role.node.listed("rules")


def _allows(granted: Node, resource: str, verbs: frozenset[str]) -> bool:
    groups = _words(granted, "apiGroups")
    resources, given = _words(granted, "resources"), _words(granted, "verbs")
    return bool(groups & {"", "*"}) and bool(resources & {resource, "*"}) and bool(given & (verbs | {"*"}))


@rule("access-to-secrets")
def _secrets(thing: Thing, manifest: Manifest) -> Places:
    if any(_allows(granted, "secrets", _READ | _WRITE) for granted in _granted(thing, manifest)):
        yield thing.line, f"{thing.title} lets its subjects at secrets"


@rule("access-to-create-pods")
def _pods(thing: Thing, manifest: Manifest) -> Places:
    if any(_allows(granted, "pods", frozenset(("create",))) for granted in _granted(thing, manifest)):
        yield (
            thing.line,
            f"{thing.title} lets its subjects create pods, and so act as any account of the namespace",
        )


@rule("cluster-admin-role-binding")
def _admin(thing: Thing, manifest: Manifest) -> Places:
    if (
        thing.kind in ("ClusterRoleBinding", "RoleBinding")
        and thing.node.text("roleRef", "name") == "cluster-admin"
    ):
        node = thing.node.key("roleRef")
        yield node or thing.line, f"{thing.title} makes its subjects owners of the cluster"


@rule("wildcard-in-rules")
def _wildcard(thing: Thing, manifest: Manifest) -> Places:
    if thing.kind not in ("Role", "ClusterRole"):
        return
    for item in thing.node.listed("rules"):
        for part in ("apiGroups", "resources", "verbs"):
            for word in item.listed(part):
                if word.value == "*":
                    yield word, f"{thing.title} allows every one of {part}; name what is needed"


@rule("scc-deny-privileged-container")
def _constraints(thing: Thing, manifest: Manifest) -> Places:
    node = thing.node.get("allowPrivilegedContainer") if thing.kind == "SecurityContextConstraints" else None
    if node is not None and node.value == "true":
        yield node, f"{thing.title} lets pods be privileged"
