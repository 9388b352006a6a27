"""Values of the use cases as the JSON that the schemas describe."""

from typing import Any

from app.kernel.documents import Chunk, chunk_id
from app.kernel.ports.index import Hit
from app.rag.catalog import Document, Failure, Job
from app.rag.delete import Residue
from app.rag.schemas import ChunkView, DocumentView, FailureView, JobView, ResidueView


def document_view(document: Document) -> DocumentView:
    return DocumentView(
        document_id=document.document_id, filename=document.filename, metadata=dict(document.metadata),
        sha256=document.sha256, size=document.size, status=document.status.value, version=document.version,
        pages=document.pages, chunks=document.chunks, title=document.title, warnings=list(document.warnings),
        error=_failure(document.failure), job_id=document.job_id,
        created_at=document.created_at, updated_at=document.updated_at,
    )  # fmt: skip


def job_view(job: Job) -> JobView:
    return JobView(
        job_id=job.job_id, document_id=job.document_id, kind=job.kind.value, status=job.status.value,
        step=job.step, attempts=job.attempts, filename=job.filename, version=job.version,
        error=_failure(job.failure), created_at=job.created_at, updated_at=job.updated_at,
    )  # fmt: skip


def chunk_view(document_id: str, version: int, chunk: Chunk) -> ChunkView:
    return ChunkView(
        chunk_id=chunk_id(document_id, version, chunk.ordinal), ordinal=chunk.ordinal, text=chunk.text,
        start=chunk.start, end=chunk.end, page=chunk.page, headings=list(chunk.headings),
    )  # fmt: skip


def residue_view(document_id: str, residue: Residue) -> ResidueView:
    return ResidueView(
        document_id=document_id, objects=residue.objects, records=residue.records, index=residue.index,
        caches=residue.caches, conversations=residue.conversations, total=residue.total, tombstone=residue.tombstone,
    )  # fmt: skip


def result(hit: Hit) -> dict[str, Any]:
    """A schemas.Result as a plain dict: the hot path of retrieval builds hundreds a second."""
    document, chunk = hit.document, hit.chunk
    return {
        "document_id": document.document_id,
        "filename": document.filename,
        "metadata": document.metadata,
        "chunk_id": chunk_id(document.document_id, document.version, chunk.ordinal),
        "text": chunk.text,
        "page": chunk.page,
        "start": chunk.start,
        "end": chunk.end,
        "score": hit.score,
        "lexical_score": hit.lexical_score,
        "vector_score": hit.vector_score,
    }


def _failure(failure: Failure | None) -> FailureView | None:
    return FailureView(code=failure.code, detail=failure.detail) if failure else None
