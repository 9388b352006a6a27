"""Small made-up documents and a transparent embedding for suites that need an index: words hashed into 64 numbers."""

import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from app.kernel.documents import Chunk, DocumentVersion, Metadata
from app.kernel.filters import parse_filter
from app.kernel.ports.index import Hit, Index, SearchMode, SearchRequest

DIMENSIONS = 64
FINGERPRINT = "hashed-words-64"

Vectors = npt.NDArray[np.float32]


def embed(texts: Sequence[str]) -> Vectors:
    """Texts that share words are near each other, texts that share none are at right angles (mostly)."""
    vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
    for row, text in enumerate(texts):
        for word in text.lower().split():
            vectors[row, zlib.crc32(word.strip(".,?!").encode()) % DIMENSIONS] += 1
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(np.divide(vectors, lengths, out=vectors, where=lengths > 0), dtype=np.float32)


def chunks_of(*texts: str) -> list[Chunk]:
    """Consecutive chunks of a text that is these, one a line."""
    made, start = [], 0
    for ordinal, text in enumerate(texts):
        made.append(Chunk(ordinal, start, start + len(text), text))
        start += len(text) + 1
    return made


async def put(
    index: Index,
    document_id: str,
    *texts: str,
    version: int = 1,
    tenant: str = "acme",
    metadata: Metadata | None = None,
) -> DocumentVersion:
    document = DocumentVersion(tenant, document_id, version, f"{document_id}.txt", metadata or {})
    await index.put(document, chunks_of(*texts), embed(texts))
    return document


async def add(index: Index, document_id: str, *texts: str, **options: object) -> DocumentVersion:
    """Put and publish in one go."""
    document = await put(index, document_id, *texts, **options)  # type: ignore[arg-type] # the options of put
    await index.publish([document])
    return document


async def find(
    index: Index,
    text: str,
    *,
    tenant: str = "acme",
    limit: int = 10,
    mode: SearchMode = SearchMode.HYBRID,
    where: dict[str, object] | None = None,
) -> list[Hit]:
    vector = None if mode is SearchMode.LEXICAL else embed([text])[0]
    return list(await index.search(SearchRequest(tenant, text, vector, limit, mode, parse_filter(where))))


async def found(index: Index, text: str, **options: object) -> list[str]:
    """Ids of the documents found, best first."""
    return [hit.document.document_id for hit in await find(index, text, **options)]  # type: ignore[arg-type] # those of find
