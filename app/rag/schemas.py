"""The shapes of the RAG service's HTTP contract; openapi.json is made of them."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.kernel.ports.index import SearchMode
from app.rag.conversation.store import SESSION_ID
from app.rag.search import MAX_QUERY_CHARS

Question = Annotated[str, Field(min_length=1, max_length=MAX_QUERY_CHARS)]
SessionId = Annotated[str, Field(pattern=f"^{SESSION_ID}$")]
Filters = Annotated[
    dict[str, Any] | None,
    Field(description='Metadata conditions that must all hold, e.g. {"team": "hr", "year": {"gte": 2020}}.'),
]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class UploadRequest(_Request):
    filename: str = Field(min_length=1, max_length=1_024)
    content_base64: str
    metadata: dict[str, Any] | None = None


class ReplaceRequest(_Request):
    """With content: a new version. Without: only file name or metadata change."""

    filename: str | None = Field(None, min_length=1, max_length=1_024)
    content_base64: str | None = None
    metadata: dict[str, Any] | None = None


class QueryRequest(_Request):
    question: Question
    top_k: int = Field(5, ge=1, le=50)
    filters: Filters = None
    stream: bool = Field(
        False,
        description="Answer as server-sent events: meta, retrieval, delta, citation, usage, done or error.",
    )
    min_score: float | None = Field(
        None, ge=0, le=1, description="Evidence needed to answer; replaces the calibrated threshold."
    )
    session_id: SessionId | None = Field(
        None, description="Remember the turn in this conversation, and read the question in its light."
    )


class RetrievalRequest(_Request):
    query: Question
    limit: int = Field(10, ge=1, le=100)
    mode: SearchMode = SearchMode.HYBRID
    filters: Filters = None
    min_score: float | None = Field(None, ge=0, le=1, description="Least fused score of a result.")


class UploadResponse(BaseModel):
    document_id: str
    job_id: str
    status: str = Field(description="Of the job: queued, running, done, failed or cancelled.")
    sha256: str
    duplicate_of: str | None = None


class FailureView(BaseModel):
    code: str
    detail: str


class DocumentView(BaseModel):
    document_id: str
    filename: str
    metadata: dict[str, Any]
    sha256: str
    size: int = Field(description="Bytes of the original.")
    status: str = Field(description="pending, ready, failed or deleting.")
    version: int = Field(description="The version that answers queries; 0 while there is none.")
    pages: int | None
    chunks: int
    title: str | None
    warnings: list[str]
    error: FailureView | None
    job_id: str
    created_at: str
    updated_at: str


class DocumentList(BaseModel):
    documents: list[DocumentView]
    after: str | None = Field(description="Pass it as `after` for the next page; null on the last.")


class ChunkView(BaseModel):
    chunk_id: str
    ordinal: int
    text: str
    start: int
    end: int
    page: int | None
    headings: list[str]


class ChunkList(BaseModel):
    document_id: str
    version: int
    chunks: list[ChunkView]


class TextView(BaseModel):
    """The extracted text; offsets of chunks and citations count its characters."""

    document_id: str
    version: int
    filename: str
    pages: int | None
    text: str


class ResidueView(BaseModel):
    document_id: str
    objects: int
    records: int
    index: int
    caches: int
    conversations: int = Field(description="Turns and summaries that hold words of the document.")
    total: int
    tombstone: str | None = Field(description="The one line that stays after a delete; null before it.")


class JobView(BaseModel):
    job_id: str
    document_id: str
    kind: str = Field(description="ingest or delete.")
    status: str = Field(description="queued, running, done, failed or cancelled.")
    step: str
    attempts: int
    filename: str
    version: int
    error: FailureView | None
    created_at: str
    updated_at: str


class JobList(BaseModel):
    jobs: list[JobView]
    after: str | None


class Result(BaseModel):
    document_id: str
    filename: str
    metadata: dict[str, Any]
    chunk_id: str
    text: str
    page: int | None
    start: int
    end: int
    score: float = Field(description="0 to 1; only orders.")
    lexical_score: float | None = Field(description="Raw BM25.")
    vector_score: float | None = Field(description="Raw cosine.")


Degradation = Annotated[
    Literal["lexical_only"] | None,
    Field(
        description="Null, or what was done without: lexical_only when the embedder did not answer and the words alone "
        "were searched."
    ),
]


class RetrievalResponse(BaseModel):
    results: list[Result]
    degraded: Degradation


class Citation(BaseModel):
    """`quote` is exactly text[start:end] of the document's extracted text."""

    document_id: str
    filename: str
    version: int
    page: int | None
    start: int
    end: int
    quote: str
    chunk_id: str
    verified: bool = Field(description="The quote supports the sentence it stands behind.")
    number: int = Field(description="The [n] in the answer.")


class UsageView(BaseModel):
    input_tokens: int
    output_tokens: int


class QueryResponse(BaseModel):
    answer: str
    abstained: bool
    citations: list[Citation]
    chunks: list[Result]
    degraded: Degradation
    usage: UsageView
    cost_usd: float
    model: str
    timings_ms: dict[str, float]
    cached: bool = Field(
        False, description="An earlier answer to this question from these passages; it cost nothing now."
    )
    trace_id: str
    session_id: str | None = Field(description="The conversation that remembers this turn; null for none.")
    standalone_question: str | None = Field(
        description="What was looked for, where the question leant on earlier ones; null when it stands alone."
    )
