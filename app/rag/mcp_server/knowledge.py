"""What the MCP tools need of the service, whether it is this process or one behind an address."""

from typing import Any, Protocol

from app.kernel.errors import Conflict, NotFound
from app.rag.mcp_server.shapes import FetchPassageArguments, PassageText
from app.rag.schemas import ChunkList, QueryResponse, Result, TextView


class Knowledge(Protocol):
    """One tenant's documents. Errors are those of the kernel's tree."""

    async def search(self, query: str, *, limit: int, filters: dict[str, Any] | None) -> list[Result]: ...

    async def ask(self, question: str) -> QueryResponse: ...

    async def text(self, document_id: str) -> TextView: ...

    async def chunks(self, document_id: str) -> ChunkList: ...


async def fetch_passage(knowledge: Knowledge, wanted: FetchPassageArguments) -> PassageText:
    """A stretch of a document's text. Raises NotFound outside of it, Conflict for a chunk of a replaced version."""
    start, end = wanted.start, wanted.end
    if wanted.chunk_id is not None:
        start, end = await _place_of(knowledge, wanted.document_id, wanted.chunk_id)
    view = await knowledge.text(wanted.document_id)
    if start is None or end is None or start >= len(view.text):
        raise NotFound(
            f"The text of {view.filename!r} has {len(view.text)} characters; {start} lies behind them.",
            code="passage_not_found",
        )
    first, last = max(0, start - wanted.context), min(len(view.text), end + wanted.context)
    return PassageText(
        document_id=view.document_id, filename=view.filename, version=view.version,
        start=first, end=last, of=len(view.text), text=view.text[first:last],
    )  # fmt: skip


async def _place_of(knowledge: Knowledge, document_id: str, chunk_id: str) -> tuple[int, int]:
    found = await knowledge.chunks(document_id)
    for chunk in found.chunks:
        if chunk.chunk_id == chunk_id:
            return chunk.start, chunk.end
    document, _, rest = chunk_id.rpartition(":")[0].rpartition(":")
    if document == document_id and rest != str(found.version):
        raise Conflict(
            f"Chunk {chunk_id!r} is of an earlier version of the document; search again for its place now.",
            code="document_replaced",
        )
    raise NotFound(
        f"Document {document_id!r} has no chunk {chunk_id!r}; take a chunk_id from search.",
        code="passage_not_found",
    )
