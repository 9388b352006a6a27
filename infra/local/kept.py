"""What survives a pause on a laptop: a claim for each stand-in, and the namespace that holds them. One list."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi_kubernetes import core

from infra.stack import Stack
from infra.workloads.namespaces import STORES, Space, namespace_metadata, owner_labels


@dataclass(frozen=True)
class Keepsake:
    """One object that is left behind at a destroy and imported at the next `up`. `space`: empty for the namespace itself."""

    kind: str
    name: str
    space: str = STORES

    @property
    def import_id(self) -> str:
        return f"{self.space}/{self.name}" if self.space else self.name


NAMESPACE, OBJECTS, RECORDS = "namespace", "objects", "records"
# What stays must be adopted and what is adopted must stay: look.py searches for these, Kept declares them, nothing else stays.
KEEPSAKES: Mapping[str, Keepsake] = {
    NAMESPACE: Keepsake("Namespace", STORES, space=""),
    OBJECTS: Keepsake("PersistentVolumeClaim", OBJECTS),
    RECORDS: Keepsake("PersistentVolumeClaim", RECORDS),
}
# The stand-ins' pods twice over and their job; claims of the two and no more.
SPACE = Space(name=STORES, pods=6, cpu=2, memory_gi=4, claims=2)
# Most provisioners of laptops reserve nothing: it is the machine's disk that is full or not.
CLAIMED: Mapping[str, str] = {OBJECTS: "10Gi", RECORDS: "2Gi"}


class Kept(pulumi.ComponentResource):
    """The durable room of a laptop. `ids`: what the cluster holds already, by the keys of KEEPSAKES."""

    def __init__(
        self,
        stack: Stack,
        provider: pulumi.ProviderResource,
        ids: Mapping[str, str],
    ) -> None:
        super().__init__("genai:durable:Kept", "kept", None)
        self.stack, self.ids, self.provider = stack, ids, provider
        self.namespace = core.v1.Namespace(
            STORES,
            metadata=namespace_metadata(SPACE, owner_labels(stack)),
            # Filled in by the cluster, as with all of them: an import would find it missing here.
            opts=self._staying(NAMESPACE, ignore=["spec"]),
        )
        self.claims = {key: self._claim(key, size) for key, size in CLAIMED.items()}
        self.register_outputs({})

    def _claim(self, key: str, size: str) -> core.v1.PersistentVolumeClaim:
        return core.v1.PersistentVolumeClaim(
            key,
            # Bound when its first pod comes, on kind and k3d: to wait for it before that would be for ever.
            metadata=self._metadata(key) | {"annotations": {"pulumi.com/skipAwait": "true"}},
            spec={
                "access_modes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": size}},
            },
            # It can never change, and the cluster has written its volume and class into it.
            opts=self._staying(key, ignore=["spec"]),
        )

    def _metadata(self, key: str) -> dict[str, Any]:
        return {"name": KEEPSAKES[key].name, "namespace": STORES, "labels": owner_labels(self.stack)}

    def _staying(self, key: str, *, ignore: list[str]) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(
            parent=self,
            provider=self.provider,
            depends_on=[] if key == NAMESPACE else [self.namespace],
            ignore_changes=ignore,
            retain_on_delete=self.stack.keep_data,
            import_=self.ids.get(key),
        )
