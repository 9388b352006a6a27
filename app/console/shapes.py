"""What the API answers, as far as the console shows it; fields that are new to the console are ignored."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict


class Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Failure(Shape):
    """Why a job or a document failed: a stable code and a sentence for people."""

    code: str = ""
    detail: str = ""


class Document(Shape):
    document_id: str
    filename: str
    status: str
    version: int
    pages: int | None = None
    chunks: int | None = None
    size: int | None = None
    updated_at: datetime | None = None
    error: Failure | None = None


class Accepted(Shape):
    """The answer to an upload; `duplicate_of` names the document that already has these bytes."""

    document_id: str
    job_id: str
    status: str
    duplicate_of: str | None = None


class Job(Shape):
    """One piece of work on one document; `step` names where it is."""

    job_id: str
    status: str
    document_id: str = ""
    filename: str = ""
    kind: str = ""
    step: str = ""
    updated_at: datetime | None = None
    error: Failure | None = None

    @property
    def ended(self) -> bool:
        return self.status in ("done", "failed", "cancelled")


class Citation(Shape):
    """A quote: text[start:end] of version `version` of a document; `number` is its [n] in the answer."""

    document_id: str
    filename: str
    version: int
    page: int | None
    start: int
    end: int
    quote: str
    chunk_id: str
    verified: bool
    number: int


class Usage(Shape):
    input_tokens: int = 0
    output_tokens: int = 0


class Reply(Shape):
    """What is known about an answer when it is finished."""

    answer: str = ""
    abstained: bool = False
    model: str = ""
    cost_usd: float = 0.0
    usage: Usage = Usage()
    timings_ms: dict[str, float] = {}
    trace_id: str = ""
    standalone_question: str | None = None


class Dependency(Shape):
    name: str
    ok: bool
    latency_ms: float | None = None
    detail: str = ""


class Readiness(Shape):
    ready: bool
    dependencies: tuple[Dependency, ...] = ()


class Quote(Shape):
    """Words of a log; `line` counts from 1."""

    line: int
    quote: str


class Likely(Shape):
    line: int
    rank: int


class Check(Shape):
    name: str
    passed: bool
    detail: str = ""


class Patch(Shape):
    """kind: diff or snippet."""

    kind: str
    text: str
    checks: tuple[Check, ...] = ()


class Seen(Shape):
    seen: int
    last_fix: str = ""


class Masked(Shape):
    kind: str
    count: int


class Analysis(Shape):
    """Why a job failed and what mends it."""

    root_cause: str
    fix: tuple[str, ...] = ()
    yaml_patch: Patch | None = None
    category: str
    confidence: float
    abstained: bool
    evidence: tuple[Quote, ...] = ()
    extracted: tuple[Likely, ...] = ()
    similar: tuple[Seen, ...] = ()
    redactions: tuple[Masked, ...] = ()


class KnownFailure(Shape):
    """A kind of failure that came before."""

    category: str
    line: str
    seen: int
    since: str = ""
    last_fix: str = ""
