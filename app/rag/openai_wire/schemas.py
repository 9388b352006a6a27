"""The shapes of OpenAI's API as its official clients read and write them; unknown fields of requests are passed over."""

from typing import Annotated, Any, Generic, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Text512 = Annotated[str, Field(max_length=512)]
Key64 = Annotated[str, Field(min_length=1, max_length=64)]
StoreMetadata = Annotated[dict[Key64, Text512], Field(max_length=16)]
# What every store and every JSON reader takes.
Whole64 = Annotated[int, Field(ge=-(2**63), lt=2**63)]
Finite = Annotated[float, Field(allow_inf_nan=False)]
Attribute = Text512 | bool | Whole64 | Finite
Attributes = Annotated[dict[Key64, Attribute], Field(max_length=16)]
_View = TypeVar("_View", bound=BaseModel)


class ListOf(BaseModel, Generic[_View]):
    object: Literal["list"] = "list"
    data: list[_View]
    first_id: str | None = None
    last_id: str | None = None
    has_more: bool


class Deleted(BaseModel):
    id: str
    object: str
    deleted: bool = True


class ModelView(BaseModel):
    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str


class ModelList(BaseModel):
    object: Literal["list"] = "list"
    data: list[ModelView]


class FileView(BaseModel):
    id: str
    object: Literal["file"] = "file"
    bytes: int
    created_at: int
    filename: str
    purpose: str
    status: Literal["uploaded", "processed", "error"]
    status_details: str | None = None
    expires_at: int | None = None


class ExpiresAfter(BaseModel):
    anchor: Literal["last_active_at"]
    days: int = Field(ge=1, le=365)


class ChunkingStrategy(BaseModel):
    """auto, or static with exactly what this service does: every document is cut once, for all stores."""

    model_config = ConfigDict(extra="allow")
    type: str


class StoreCreate(BaseModel):
    name: str = Field("", max_length=256)
    description: str | None = Field(None, max_length=512)
    file_ids: list[str] = Field(default_factory=list, max_length=2_000)
    metadata: StoreMetadata | None = None
    expires_after: ExpiresAfter | None = None
    chunking_strategy: ChunkingStrategy | None = None


class StoreUpdate(BaseModel):
    name: str | None = Field(None, max_length=256)
    metadata: StoreMetadata | None = None
    expires_after: ExpiresAfter | None = None


class FileCounts(BaseModel):
    in_progress: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    total: int = 0


class StoreView(BaseModel):
    id: str
    object: Literal["vector_store"] = "vector_store"
    created_at: int
    name: str
    description: str | None
    usage_bytes: int
    file_counts: FileCounts
    status: Literal["expired", "in_progress", "completed"]
    expires_after: ExpiresAfter | None
    expires_at: int | None
    last_active_at: int
    metadata: dict[str, str]


class StoreFileCreate(BaseModel):
    file_id: str
    attributes: Attributes | None = None
    chunking_strategy: ChunkingStrategy | None = None


class StoreFileUpdate(BaseModel):
    attributes: Attributes | None


class LastError(BaseModel):
    code: Literal["server_error", "unsupported_file", "invalid_file"]
    message: str


class StoreFileView(BaseModel):
    id: str
    object: Literal["vector_store.file"] = "vector_store.file"
    created_at: int
    usage_bytes: int
    vector_store_id: str
    status: Literal["in_progress", "completed", "cancelled", "failed"]
    last_error: LastError | None
    attributes: dict[str, str | bool | int | float]
    chunking_strategy: dict[str, Any]


class FileContent(BaseModel):
    type: Literal["text"] = "text"
    text: str


class FileContentPage(BaseModel):
    object: Literal["vector_store.file_content.page"] = "vector_store.file_content.page"
    data: list[FileContent]
    has_more: bool = False
    next_page: str | None = None


class BatchCreate(BaseModel):
    """Either file_ids, with what holds for all of them, or files, each with its own."""

    file_ids: list[str] | None = Field(None, max_length=2_000)
    files: list[StoreFileCreate] | None = Field(None, max_length=2_000)
    attributes: Attributes | None = None
    chunking_strategy: ChunkingStrategy | None = None


class BatchView(BaseModel):
    id: str
    object: Literal["vector_store.files_batch"] = "vector_store.files_batch"
    created_at: int
    vector_store_id: str
    status: Literal["in_progress", "completed", "cancelled", "failed"]
    file_counts: FileCounts


class RankingOptions(BaseModel):
    ranker: Literal["none", "auto", "default-2024-11-15", "default_2024_08_21"] = "auto"
    score_threshold: float = Field(0.0, ge=0, le=1)


class StoreSearch(BaseModel):
    query: str | Annotated[list[str], Field(min_length=1, max_length=16)]
    max_num_results: int = Field(10, ge=1, le=50)
    filters: dict[str, Any] | None = None
    ranking_options: RankingOptions = Field(default_factory=RankingOptions)
    rewrite_query: bool = False


class SearchResult(BaseModel):
    file_id: str
    filename: str
    score: float = Field(description="0 to 1; only orders.")
    attributes: dict[str, str | bool | int | float]
    content: list[FileContent]
    x_genai: dict[str, Any] = Field(
        description="Where the passage stands: chunk, page, start, end, raw scores."
    )


class SearchPage(BaseModel):
    object: Literal["vector_store.search_results.page"] = "vector_store.search_results.page"
    search_query: list[str]
    data: list[SearchResult]
    x_genai: dict[str, Any] = Field(description="`degraded`: what this search had to do without, or null.")
    has_more: bool = False
    next_page: str | None = None


class EmbeddingRequest(BaseModel):
    model: str
    input: Any = Field(description="A text or up to 2,048 texts.")
    encoding_format: Literal["float", "base64"] = "float"
    dimensions: int | None = None


class EmbeddingView(BaseModel):
    object: Literal["embedding"] = "embedding"
    index: int
    embedding: list[float] | str


class EmbeddingUsage(BaseModel):
    prompt_tokens: int
    total_tokens: int


class EmbeddingList(BaseModel):
    object: Literal["list"] = "list"
    model: str
    data: list[EmbeddingView]
    usage: EmbeddingUsage


class Message(BaseModel):
    role: str
    content: str | list[dict[str, Any]] | None = None


class StreamOptions(BaseModel):
    include_usage: bool = False


class ChatBody(BaseModel):
    """Fields that are not named here are passed over, but for those that would change what the answer means."""

    model_config = ConfigDict(extra="allow")

    model: str
    messages: list[Message] = Field(min_length=1, max_length=2_000)
    stream: bool | None = False
    stream_options: StreamOptions | None = None
    max_tokens: int | None = Field(None, ge=1)
    max_completion_tokens: int | None = Field(None, ge=1)
    temperature: float | None = Field(None, ge=0, le=2)
    stop: Text512 | Annotated[list[Text512], Field(max_length=4)] | None = None
    user: str | None = None


class ChatCompletion(BaseModel):
    """`message.annotations` are the citations; `x_genai` has cost_usd, abstained, trace_id and the model that wrote."""

    id: str
    object: Literal["chat.completion"] = "chat.completion"
    created: int
    model: str
    choices: list[dict[str, Any]]
    usage: dict[str, Any]
    x_genai: dict[str, Any]
