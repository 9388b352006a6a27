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
    """What is known about an answer when it is finished. cost_usd: None where it was not kept."""

    answer: str = ""
    abstained: bool = False
    model: str = ""
    cost_usd: float | None = 0.0
    usage: Usage = Usage()
    timings_ms: dict[str, float] = {}
    trace_id: str = ""
    standalone_question: str | None = None


class PastTurn(Shape):
    """A question of a conversation, and its answer as it is kept."""

    question: str
    answer: str
    abstained: bool = False
    standalone_question: str | None = None
    citations: tuple[Citation, ...] = ()
    model: str = ""


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
    """What is known of failures like one; `seen` counts the earlier ones."""

    seen: int
    last_fix: str = ""
    since: str = ""
    suspect_commits: tuple[str, ...] = ()


class Masked(Shape):
    kind: str
    count: int


class Analysis(Shape):
    """Why a job failed and what mends it. `id`: for feedback; empty where nothing is remembered."""

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
    id: str = ""


class Feedback(Shape):
    """What somebody said of an analysis. verdict: accept or correct."""

    verdict: str
    root_cause: str = ""
    fix: tuple[str, ...] = ()


class KeptAnalysis(Shape):
    """An analysis of before, its secrets masked."""

    id: str
    created_at: datetime | None = None
    repository: str = ""
    job: str = ""
    commit: str = ""
    feedback: Feedback | None = None
    analysis: Analysis


class Occurrence(Shape):
    repository: str = ""
    job: str = ""


class KnownFailure(Shape):
    """A kind of failure that came before."""

    fingerprint: str
    category: str
    line: str
    seen: int
    since: str = ""
    last_seen: str = ""
    last_fix: str = ""
    occurrences: tuple[Occurrence, ...] = ()


class JobRuns(Shape):
    """How a job went lately. flaky_rate: 0 to 1."""

    repository: str
    job: str
    runs: int
    failed: int
    flaky_rate: float
    last_green: str = ""
    first_red: str = ""
    suspects: tuple[str, ...] = ()


class Signature(Shape):
    cause: str
    literal: str
    category: str


class Proposal(Shape):
    """A signature that a correction suggests; `yaml` is ready for a file of the signature base."""

    id: str
    yaml: str
    signature: Signature
