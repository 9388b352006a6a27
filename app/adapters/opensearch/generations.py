"""Which indices there are and what their aliases say: the live one, one being built, and what a killed process left."""

from dataclasses import dataclass
from typing import Any

from app.adapters.opensearch.connection import Cluster
from app.adapters.opensearch.layout import (
    building_alias,
    creation,
    generation_of,
    index_name,
    writing_alias,
)
from app.kernel.errors import NotFound, ProviderRejected, SettingsError, Unavailable

_MANAGE_S = 60.0


@dataclass(frozen=True, slots=True)
class Standing:
    """Our indices by name, and which of them the aliases mean."""

    live: str | None
    building: str | None
    fingerprints: dict[str, tuple[str, int]]

    @property
    def orphans(self) -> list[str]:
        """Indices that no alias of ours means: replaced ones, whose deletion was cut short."""
        return sorted(self.fingerprints.keys() - {self.live, self.building})


class Generations:
    """Creates, switches and drops whole indices; every switch is one request, which OpenSearch does at once."""

    def __init__(self, cluster: Cluster, *, name: str) -> None:
        self._cluster = cluster
        self._name = name

    async def must_have_knn(self) -> None:
        """Raises SettingsError, in one line, for a cluster that cannot search vectors."""
        listed = await self._cluster.call("GET", "/_cat/plugins", params={"format": "json"}, timeout_s=5.0)
        if not any("knn" in str(plugin.get("component", "")).lower() for plugin in listed):
            raise _no_knn()

    async def standing(self) -> Standing:
        found = await self._cluster.call("GET", f"/{self._name}-*")
        ours = {
            index: about
            for index, about in found.items()
            if generation_of(index, name=self._name) is not None
        }
        fingerprints = {}
        for index, about in ours.items():
            meta = about["mappings"].get("_meta", {})
            fingerprints[index] = (str(meta.get("fingerprint", "")), int(meta.get("dimensions", 0)))
        # Of two that are being built, which only a race leaves, the older one is an orphan.
        building = self._behind(building_alias(self._name), ours)
        return Standing(self._live(ours), building[-1] if building else None, fingerprints)

    async def create(
        self, standing: Standing, *, fingerprint: str, dimensions: int, alias: str
    ) -> str | None:
        """A new, empty index behind an alias; None when another process has made one since `standing`."""
        numbers = [generation_of(index, name=self._name) or 0 for index in standing.fingerprints]
        index = index_name(self._name, fingerprint=fingerprint, generation=max(numbers, default=0) + 1)
        body = creation(fingerprint=fingerprint, dimensions=dimensions)
        body["aliases"] = {alias: {}, writing_alias(index): {}}
        try:
            await self._cluster.call("PUT", f"/{index}", body=body, timeout_s=_MANAGE_S, repeatable=False)
        except ProviderRejected as error:
            if "resource_already_exists" in error.detail:
                return None
            if "index.knn" in error.detail or "knn_vector" in error.detail:
                raise _no_knn() from None
            raise
        return index

    async def go_live(self, index: str, *, instead_of: str | None) -> None:
        """Move the alias of searches in one step; the index is no longer one that is being built."""
        actions: list[dict[str, Any]] = [
            {"add": {"index": index, "alias": self._name}},
            {"remove": {"index": index, "alias": building_alias(self._name), "must_exist": False}},
        ]
        if instead_of is not None:
            actions.append({"remove": {"index": instead_of, "alias": self._name, "must_exist": False}})
        await self._cluster.call("POST", "/_aliases", body={"actions": actions}, timeout_s=_MANAGE_S)

    async def drop(self, *indices: str) -> None:
        for index in indices:
            try:
                await self._cluster.call("DELETE", f"/{index}", timeout_s=_MANAGE_S)
            except NotFound:  # another process was first
                continue

    def _live(self, indices: dict[str, Any]) -> str | None:
        found = self._behind(self._name, indices)
        if len(found) > 1:
            raise Unavailable(
                f"The alias {self._name!r} stands on {len(found)} indices, {', '.join(found)}: two services of that "
                "name began at once with different embedders. Delete the alias from all but one.",
            )
        return found[0] if found else None

    def _behind(self, alias: str, indices: dict[str, Any]) -> list[str]:
        """The indices that an alias means, oldest first."""
        found = [index for index, about in indices.items() if alias in about["aliases"]]
        return sorted(found, key=lambda index: generation_of(index, name=self._name) or 0)


def _no_knn() -> SettingsError:
    return SettingsError(
        "The OpenSearch at GENAI_OPENSEARCH_URL has no k-NN plugin (opensearch-knn), so it cannot search vectors; "
        "install the plugin on every node, or point the setting at a cluster that has it."
    )
