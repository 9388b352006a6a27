"""What an analysis of a failed pipeline says; values only."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Category(StrEnum):
    """What kind of failure it is. The words are part of the HTTP contract."""

    TEST_ASSERTION = "test_assertion"
    SNAPSHOT_DIFF = "snapshot_diff"
    COMPILE_ERROR = "compile_error"
    TYPE_ERROR = "type_error"
    LINT_ERROR = "lint_error"
    DEPENDENCY_INSTALL = "dependency_install"
    DOCKER_BUILD = "docker_build"
    CI_CONFIG = "ci_config"
    PERMISSION_OR_SECRET = "permission_or_secret"  # noqa: S105 - a kind of failure
    NETWORK_OR_FLAKY = "network_or_flaky"
    TIMEOUT_OR_OOM = "timeout_or_oom"
    DEPLOY = "deploy"
    INFRASTRUCTURE = "infrastructure"
    UNKNOWN = "unknown"


class Nature(StrEnum):
    """Whether running it again may help: it may (flaky), not before the platform is mended, not at all."""

    FLAKY = "flaky"
    INFRASTRUCTURE = "infrastructure"
    DETERMINISTIC = "deterministic"
    UNKNOWN = "unknown"


# From here on a diagnosis is said with confidence; tests/evals holds what is wrong above it under .03.
CONFIDENT = 0.70


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words that stand in the log: `line` counts from 1 in the log as it was given."""

    line: int
    quote: str


@dataclass(frozen=True, slots=True)
class ExtractedLine:
    """A line that matters; rank 1 is the most likely cause."""

    line: int
    rank: int
    text: str


@dataclass(frozen=True, slots=True)
class Check:
    """One question that a patch was put to."""

    name: str
    passed: bool
    detail: str


@dataclass(frozen=True, slots=True)
class YamlPatch:
    """A unified diff against the caller's YAML, or a snippet to put where the fix says. kind: diff, snippet."""

    kind: str
    text: str
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class Redaction:
    """How many secrets of a kind were masked before anything was kept or sent."""

    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Similar:
    """What is known of failures with the same fingerprint.

    `seen` counts the earlier ones; 0 when only suspects are known. `suspect_commits`: from the last green one of this
    job to its first red one. `text` says all of it in a line.
    """

    fingerprint: str
    seen: int
    last_fix: str
    since: str = ""
    last_seen: str = ""
    suspect_commits: tuple[str, ...] = ()
    text: str = ""


@dataclass(frozen=True, slots=True)
class Analysis:
    """The whole answer. With `abstained` the cause is not known, and `root_cause` says what was looked at.

    `id` and `fingerprint` are empty where nothing is remembered.
    """

    root_cause: str
    fix: tuple[str, ...]
    category: Category
    confidence: float
    nature: Nature
    evidence: tuple[Evidence, ...]
    extracted: tuple[ExtractedLine, ...]
    abstained: bool
    yaml_patch: YamlPatch | None = None
    similar: tuple[Similar, ...] = ()
    redactions: tuple[Redaction, ...] = ()
    cost_usd: float = 0.0
    id: str = ""
    fingerprint: str = ""


def analysis_of(kept: Mapping[str, Any]) -> Analysis:
    """An analysis from its fields as JSON has them."""
    patch = kept["yaml_patch"]
    return Analysis(
        **{
            **kept,
            "fix": tuple(kept["fix"]),
            "category": Category(kept["category"]),
            "nature": Nature(kept["nature"]),
            "evidence": tuple(Evidence(**each) for each in kept["evidence"]),
            "extracted": tuple(ExtractedLine(**each) for each in kept["extracted"]),
            "similar": tuple(
                Similar(**{**each, "suspect_commits": tuple(each["suspect_commits"])})
                for each in kept["similar"]
            ),
            "redactions": tuple(Redaction(**each) for each in kept["redactions"]),
            "yaml_patch": patch
            and YamlPatch(patch["kind"], patch["text"], tuple(Check(**each) for each in patch["checks"])),
        }
    )
