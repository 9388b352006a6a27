"""Hybrid search over the chunks of published document versions; a cache that can always be rebuilt."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, Self

from app.kernel.documents import Chunk, DocumentVersion
from app.kernel.filters import Filter
from app.kernel.retrieval import RetrievalProfile

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from app.kernel.ports.embeddings import Matrix

    Vector = npt.NDArray[np.float32]


class SearchMode(StrEnum):
    HYBRID = "hybrid"
    LEXICAL = "lexical"
    VECTOR = "vector"


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """What to look for. `vector` is the embedded text, None in lexical mode."""

    tenant: str
    text: str
    vector: "Vector | None"
    limit: int
    mode: SearchMode = SearchMode.HYBRID
    filter: Filter = field(default_factory=Filter)


@dataclass(frozen=True, slots=True)
class Hit:
    """One chunk found. `score` (0 to 1) only orders; the other two are raw, None when that half missed it.

    lexical_score: BM25. vector_score: cosine, -1 to 1.
    """

    document: DocumentVersion
    chunk: Chunk
    score: float
    lexical_score: float | None
    vector_score: float | None


class Index(Protocol):
    """Chunks go in unseen (`put`) and become visible in a single switch (`publish`).

    Errors: EmbedderMismatch when vectors of another embedder meet this index; Unavailable (retryable).
    """

    async def put(self, document: DocumentVersion, chunks: Sequence[Chunk], vectors: "Matrix") -> None:
        """Store one version's chunks, invisible until published. Again for the same version replaces them."""
        ...

    async def publish(self, documents: Sequence[DocumentVersion]) -> None:
        """Make these versions the visible ones of their documents, all in one switch.

        A version older than the visible one changes nothing. Superseded chunks are removed afterwards.
        """
        ...

    async def describe(self, document: DocumentVersion) -> None:
        """Replace file name and metadata of the visible version; its chunks stay."""
        ...

    async def withdraw(self, tenant: str, document_id: str) -> None:
        """Hide a document from every search that starts after this returns, then drop its chunks."""
        ...

    async def search(self, request: SearchRequest) -> Sequence[Hit]:
        """Best first. Only published chunks of the tenant that pass the filter, decided inside the search."""
        ...

    async def neighbours(self, hit: Hit, *, radius: int) -> Sequence[Chunk]:
        """Chunks of the same version within `radius` ordinals, the hit's own included, in order."""
        ...

    async def coverage(self, tenant: str, question: str, passages: Sequence[str]) -> Sequence[float]:
        """Share of the question's weight, 0 to 1, that each passage contains; rare words weigh more."""
        ...

    async def residue(self, tenant: str, document_id: str) -> int:
        """How many chunks of the document are still stored, visible or not."""
        ...

    async def count(self) -> int:
        """Visible chunks of all tenants."""
        ...

    async def ping(self) -> None: ...


class RebuildableIndex(Index, Protocol):
    """An index that a fresh one can take over from without a gap."""

    async def rebuild(self, *, fingerprint: str, dimensions: int, profile: RetrievalProfile) -> Self:
        """An empty index beside this one, unseen until `switch`; this one serves and takes changes meanwhile."""
        ...

    async def behind(self) -> Sequence[DocumentVersion]:
        """Live document versions that this rebuild does not have yet."""
        ...

    async def switch(self) -> None:
        """Make this rebuild the live index; Conflict while it is behind."""
        ...

    async def follow(self, rebuilt: Self) -> None:
        """Go on as the rebuild that was switched to; the rebuild itself must not be used any more."""
        ...
