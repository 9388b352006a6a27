"""Finds the passages of what Dify calls a knowledge."""

from dataclasses import dataclass

from app.kernel.errors import NotFound
from app.kernel.filters import Condition, Filter
from app.kernel.ports.index import Hit
from app.rag.openai_wire.holdings import sliced
from app.rag.openai_wire.search import merged
from app.rag.openai_wire.stores import VectorStores
from app.rag.search import Search

EVERYTHING = "default"
# What one condition of a filter may list; larger vector stores are searched in as many parts.
_IDS_A_SEARCH = 1_000


@dataclass(frozen=True, slots=True)
class DifyRetrieval:
    """Passages of a knowledge: all documents of the tenant, those of a vector store, or those with some metadata."""

    search: Search
    stores: VectorStores

    async def __call__(
        self, query: str, *, tenant: str, knowledge_id: str, top_k: int, score_threshold: float, where: Filter
    ) -> list[Hit]:
        """At most `top_k`, best first. Raises NotFound for a knowledge that is none of the tenant's."""
        filters = [
            Filter((*part.conditions, *where.conditions)) for part in await self._parts(tenant, knowledge_id)
        ]
        parts = [(await self.search(query, tenant=tenant, limit=top_k, where=one)).hits for one in filters]
        hits = merged(parts, self.search.embedder.profile)
        return [hit for hit in hits if hit.score >= score_threshold][:top_k]

    async def _parts(self, tenant: str, knowledge_id: str) -> list[Filter]:
        """Filters that together admit what belongs to a knowledge, each within what a filter may list."""
        wanted = knowledge_id.strip()
        if wanted in ("", EVERYTHING):
            return [Filter()]
        if wanted.startswith("vs_"):
            return await self._of_store(tenant, wanted)
        name, equals, value = wanted.partition("=")
        if equals and name.strip() and value.strip():
            return [Filter((Condition(name.strip(), "eq", (value.strip(),)),))]
        raise _no_knowledge(knowledge_id)

    async def _of_store(self, tenant: str, store_id: str) -> list[Filter]:
        try:
            await self.stores.open(tenant, store_id)
        except NotFound:
            raise _no_knowledge(store_id) from None
        members = self.stores.members(tenant, store_id)
        ids = [member.document_id async for member in members if not member.cancelled]
        return [Filter((Condition("document_id", "in", tuple(part)),)) for part in sliced(ids, _IDS_A_SEARCH)]


def _no_knowledge(knowledge_id: str) -> NotFound:
    return NotFound(
        f"No knowledge {knowledge_id[:100]!r}; use 'default' for all documents, the id of a vector store (vs_...), "
        "or metadata as name=value.",
        code="knowledge_not_found",
    )
