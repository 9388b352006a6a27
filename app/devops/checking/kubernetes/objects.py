"""The objects of a manifest, and where the parts of interest are in each kind."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from app.devops.checking.nodes import Node, Stream

_TEMPLATED = (
    "Deployment",
    "DaemonSet",
    "StatefulSet",
    "ReplicaSet",
    "ReplicationController",
    "Job",
    "DeploymentConfig",
)
# Kinds that keep a number of equal pods running.
REPLICATED = ("Deployment", "DeploymentConfig", "ReplicaSet", "ReplicationController", "StatefulSet")


@dataclass(frozen=True)
class Thing:
    """One object: its identity, its node and what the document says of its pods."""

    node: Node
    api: str
    kind: str
    name: str
    namespace: str

    @property
    def line(self) -> int:
        """The line of the kind, which every object has."""
        key = self.node.key("kind")
        return key.line if key is not None else self.node.line

    @property
    def title(self) -> str:
        return f"{self.kind} {self.name!r}" if self.name else self.kind

    @cached_property
    def template(self) -> Node | None:
        """The pod with its metadata, whatever carries it."""
        if self.kind == "Pod":
            return self.node
        if self.kind == "CronJob":
            return self.node.get("spec", "jobTemplate", "spec", "template")
        return self.node.get("spec", "template") if self.kind in _TEMPLATED else None

    @cached_property
    def pod(self) -> Node | None:
        spec = self.template.get("spec") if self.template is not None else None
        return spec if spec is not None and spec.kind == "map" else None

    @cached_property
    def labels(self) -> dict[str, str]:
        return texts(self.node.get("metadata", "labels"))

    @cached_property
    def pod_labels(self) -> dict[str, str]:
        return texts(self.template.get("metadata", "labels")) if self.template is not None else {}

    def containers(self, *, with_init: bool = True) -> Iterator[Node]:
        if self.pod is None:
            return
        for part in ("initContainers", "containers") if with_init else ("containers",):
            yield from (container for container in self.pod.listed(part) if container.kind == "map")


@dataclass(frozen=True)
class Manifest:
    """All objects of the text, so that one can be held against another."""

    things: tuple[Thing, ...] = field(default_factory=tuple)

    def of_kind(self, *kinds: str) -> list[Thing]:
        return [thing for thing in self.things if thing.kind in kinds]


def texts(node: Node | None) -> dict[str, str]:
    """A map of texts, such as labels."""
    if node is None:
        return {}
    return {key.value: value.value for key, value in node.pairs if value.kind == "scalar"}


def things(stream: Stream) -> Iterator[Thing]:
    """Every object, those inside a List too."""
    for document in stream.documents:
        yield from _things(document)


def _things(node: Node) -> Iterator[Thing]:
    if node.kind != "map":
        return
    kind = node.text("kind")
    if kind == "List" or (kind.endswith("List") and node.get("items") is not None):
        for item in node.listed("items"):
            yield from _things(item)
        return
    yield Thing(
        node, node.text("apiVersion"), kind, node.text("metadata", "name"), node.text("metadata", "namespace")
    )


def selects(selector: Node | None, labels: dict[str, str]) -> bool:
    """Whether a label selector (matchLabels and matchExpressions) takes these labels; an empty one takes all."""
    if selector is None:
        return True
    wanted = texts(selector.get("matchLabels"))
    if any(labels.get(key) != value for key, value in wanted.items()):
        return False
    return all(_expression(item, labels) for item in selector.listed("matchExpressions"))


def _expression(item: Node, labels: dict[str, str]) -> bool:
    key, operator = item.text("key"), item.text("operator")
    values = [value.value for value in item.listed("values")]
    if operator == "In":
        return labels.get(key) in values
    if operator == "NotIn":
        return labels.get(key) not in values
    if operator == "Exists":
        return key in labels
    return key not in labels if operator == "DoesNotExist" else True
