"""The shapes of the DevOps assistant's HTTP contract."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.devops.analysis import Category, Nature
from app.devops.checking.check import CheckKind

MOST_LINES = 1_000


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AnalyzeRequest(_Request):
    """A failed pipeline: its log, or where the log is; the rest helps."""

    log: str | None = Field(None, description="The log as it is. Give this or `log_url`.")
    log_url: str | None = Field(None, max_length=2_048, description="Where to fetch the log (http, https).")
    source: str | None = Field(
        None, max_length=64, description="Where it comes from, such as github, gitlab, jenkins, kubernetes."
    )
    yaml: str | None = Field(
        None, max_length=500_000, description="The workflow or manifest; a patch is then a diff against it."
    )
    passing_log: str | None = Field(None, description="A log of the same job when it was green.")
    budget_lines: int = Field(50, ge=1, le=MOST_LINES, description="Most lines in `extracted`.")
    metadata: dict[str, Any] | None = Field(None, description="What else is known: repository, job, commit.")


class CheckRequest(_Request):
    """A file to be held against the rules for its kind."""

    yaml: str = Field(max_length=1_000_000, description="The workflow, pipeline, manifest or template.")
    kind: CheckKind


class FindingShape(BaseModel):
    line: int = Field(ge=1, description="In the text as given.")
    rule: str
    message: str
    severity: Literal["error", "warning"]


class OtherLinterShape(BaseModel):
    """What another program says, where it is installed beside the service."""

    tool: str
    note: str
    findings: list[FindingShape]


class CheckResponse(BaseModel):
    """`valid` is true when no finding of ours is an error; warnings are advice."""

    valid: bool
    findings: list[FindingShape]
    others: list[OtherLinterShape]


class EvidenceShape(BaseModel):
    line: int
    quote: str


class ExtractedShape(BaseModel):
    line: int
    rank: int
    text: str


class CheckShape(BaseModel):
    name: str
    passed: bool
    detail: str


class YamlPatchShape(BaseModel):
    kind: Literal["diff", "snippet"]
    text: str
    checks: list[CheckShape]


class RedactionShape(BaseModel):
    kind: str
    count: int


class SimilarShape(BaseModel):
    """Failures with the same fingerprint; `text` says it in a line."""

    fingerprint: str
    seen: int = Field(description="How often it was seen before.")
    last_fix: str
    since: str = ""
    last_seen: str = ""
    suspect_commits: list[str] = Field(
        [], description="After the job's last green commit, up to its first red one."
    )
    text: str = ""


class AnalyzeResponse(BaseModel):
    """Cause, fix and patch. `extracted` counts lines from 1; rank 1 is the most likely; every quote is in the log."""

    root_cause: str
    fix: list[str]
    yaml_patch: YamlPatchShape | None
    category: Category
    confidence: float = Field(ge=0, le=1, description="0.70 and more is said with confidence.")
    evidence: list[EvidenceShape]
    extracted: list[ExtractedShape]
    nature: Nature
    similar: list[SimilarShape]
    abstained: bool = Field(description="True where the log does not tell the cause; nothing is guessed.")
    redactions: list[RedactionShape]
    cost_usd: float
    id: str = Field("", description="Of this analysis, for feedback; empty where nothing is remembered.")
    fingerprint: str = Field("", description="Of its class and most telling line.")
    text: str = Field(description="The same under the headings ROOT_CAUSE, FIX, YAML_PATCH.")


class RedactRequest(_Request):
    log: str = Field(description="The text to mask.")


class RedactResponse(BaseModel):
    """Exactly what would be kept, logged or sent to a model."""

    log: str
    redactions: list[RedactionShape]


class DeliveryResponse(BaseModel):
    """What became of a webhook's delivery. accepted: it is kept and will be worked on."""

    status: Literal["accepted", "duplicate", "ignored"]
    detail: str


_Step = Annotated[str, Field(max_length=2_000)]


class FeedbackRequest(_Request):
    """`accept`: it was right. `correct`: this is what it was; the correction is remembered and proposed as a signature."""

    verdict: Literal["accept", "correct"]
    root_cause: str | None = Field(None, min_length=1, max_length=640)
    fix: list[_Step] | None = Field(
        None, max_length=5, description="What mended it, in steps of at most 240 characters."
    )
    category: Category | None = None
    note: str = Field("", max_length=1_000)


class FeedbackResponse(BaseModel):
    id: str
    verdict: Literal["accept", "correct"]
    proposal: str | None = Field(description="The id under /proposals of what a correction became.")


class KeptAnalysis(BaseModel):
    """An analysis as it was kept: secrets are masked."""

    id: str
    created_at: str
    source: str
    repository: str
    job: str
    commit: str
    branch: str
    url: str
    flaky_rate: float
    feedback: dict[str, Any] | None
    analysis: AnalyzeResponse


class AnalysesResponse(BaseModel):
    """Newest first; ask again with `after` for older ones."""

    analyses: list[KeptAnalysis]
    after: str | None


class OccurrenceShape(BaseModel):
    id: str
    at: str
    repository: str
    job: str
    commit: str


class FailureShape(BaseModel):
    """A kind of failure: class and line without what changes from run to run."""

    fingerprint: str
    category: Category
    line: str
    seen: int
    since: str
    last_seen: str
    last_fix: str
    occurrences: list[OccurrenceShape] = Field(description="The last ones.")


class JobShape(BaseModel):
    """`flaky_rate`: the share of commits at which the job was both red and green, of those seen lately."""

    repository: str
    job: str
    runs: int
    failed: int
    flaky_rate: float
    last_green: str
    first_red: str
    suspects: list[str]


class FailuresResponse(BaseModel):
    failures: list[FailureShape]
    after: str | None


class JobsResponse(BaseModel):
    jobs: list[JobShape]
    after: str | None


class ProposalShape(BaseModel):
    """A signature that a person's correction suggests; `yaml` is ready for a file of the signature base."""

    id: str
    yaml: str
    signature: dict[str, Any]


class ProposalsResponse(BaseModel):
    proposals: list[ProposalShape]
    after: str | None


class UndeliveredShape(BaseModel):
    """Something that could not be told yet. waiting: it is tried again by itself; given_up: not any more."""

    id: str
    state: Literal["waiting", "given_up"]
    channel: str
    analysis_id: str
    repository: str
    attempts: int
    error: str


class UndeliveredResponse(BaseModel):
    undelivered: list[UndeliveredShape]


class SpendingShape(BaseModel):
    repository: str
    day: str
    calls: int
    refused: int = Field(description="How often a model was not asked because the budget was used up.")
    usd: float


class SpendingResponse(BaseModel):
    """What models cost today, and the bounds for each repository; 0: none."""

    daily_calls: int
    daily_usd: float
    repositories: list[SpendingShape]


class DeletedResponse(BaseModel):
    deleted: int
