"""The shapes of the DevOps assistant's HTTP contract."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from app.devops.analysis import Category, Nature

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

    yaml: str = Field(max_length=1_000_000, description="The workflow, the pipeline or the manifest.")
    kind: Literal["github", "gitlab", "kubernetes"]


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
    fingerprint: str
    seen: int
    last_fix: str


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
    text: str = Field(description="The same under the headings ROOT_CAUSE, FIX, YAML_PATCH.")


class RedactRequest(_Request):
    log: str = Field(description="The text to mask.")


class RedactResponse(BaseModel):
    """Exactly what would be kept, logged or sent to a model."""

    log: str
    redactions: list[RedactionShape]
