# ruff: noqa: E501  (a pattern that is cut in two is harder to read than a long one)
"""What kind of failure it must be where no signature matched: by what the step was to do, and by the words it failed with.

A tool that nobody described still tests, checks, builds or deploys, and says so in words that such tools share. That is
a kind with little confidence and no cause: the lines speak for themselves.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from app.devops.analysis import Category
from app.devops.extraction.priors import explains

CONFIDENCE = 0.35
# The step speaks once; of the likeliest lines each counts less, and no more than two count.
_STEP, _LINE, _MOST_LINES, _LOOKED_AT = 1.0, 0.6, 2, 6
_LEAST, _AHEAD = 1.2, 0.3
_CHARS = 300


@dataclass(frozen=True, slots=True)
class Leaning:
    category: Category
    step: re.Pattern[str]
    words: re.Pattern[str]
    cause: str
    fix: str


def _of(category: Category, step: str, words: str, cause: str, fix: str) -> Leaning:
    return Leaning(category, re.compile(step, re.IGNORECASE), re.compile(words), cause, fix)


_LEANINGS = (
    _of(Category.TEST_ASSERTION,
        r"\b(?:tests?|specs?|unit|e2e|integration|smoke|acceptance|\w{0,8}test|prove|robot|behave|cucumber|newman|pact\S*|rspec|phpunit|karma|cypress|playwright)\b",
        r"\bFAIL(?:ED|S)?\b|\b[Ff]ail(?:ures?|ing|ed)\b|[Aa]ssert|\b[Ee]xpect(?:ed|s)?\b|\bbut (?:got|was)\b|\b[Ss]cenarios?\b|\d (?:!=|==|≠) \d|✗|✘",
        "A test of the project failed; no known fault stands behind it in the log.",
        "Run the first failed test alone and compare what it expects with what it got."),
    _of(Category.TYPE_ERROR,
        r"\b(?:type-?check\w*|types|tc|psalm|pyre|pytype|flow|sorbet|steep|phan|deno check|dialyzer|mypy|pyright)\b",
        r"\b[Ee]xpect(?:s|ed) \S{1,60}(?:,)? (?:but|found|got)|\bnot assignable\b|\b[Aa]rgument \S{1,40}|\bTS\d{4}\b|\b[Ii]ncompatible\b|\b[Tt]ype\b",
        "The type checker rejects the code.",
        "Correct the place that the first message names, or the type that it is checked against."),
    _of(Category.LINT_ERROR,
        r"\w{0,10}(?:lint|fmt)\b|\b(?:format\w*|style\w*|scan\w*|audit|analy[sz]e|credo|check\w*|validate|spotless|detekt|trivy|tfsec|kics|phpcs|rubocop)\b",
        r"(?i)^\s*\d{1,6}:\d{1,5}\s+(?:error|warning|✖)|\boffen[cs]es?\b|\bviolations?\b|\bissues?\b|\bwarnings?\b|\bstyle\b|\breadability\b|\b(?:not |un)used\b|\bdeprecated\b|\bshould\b|\brules?\b|\bformatt(?:ed|ing)\b|\bnot allowed\b",
        "A check of the project's rules or style failed.",
        "Run the same check locally, correct what its first message names, and commit it."),
    _of(Category.DEPLOY,
        r"\b(?:deploy\w*|release|apply|migrat\w*|upgrade|sync|roll-?out|publish|push|provision|liquibase|flyway|alembic|install --\w+)\b|:deploy|:migrate",
        r"(?i)\bmigrations?\b|\balready exists\b|\bconflict|\brefused\b|\bchecksum|\broll(?:ed|ing)? ?back|\bvalidat\w{2,5} failed|\breject|\bunhealthy\b|\bnot ready\b|\btraffic\b|\brevisions?\b|\bfailed\b|\baborted\b",
        "What runs could not be brought to the new version; the target refused it.",
        "Read the first refusal below; it names the object that has to be mended."),
    _of(Category.DEPENDENCY_INSTALL,
        r"\b(?:install|restore|resolve|deps|vendor|fetch|lock|bundle|get|build)\b",
        r"(?i)\b(?:no|which|latest|matching|required) versions?\b|\bpackages? \S{1,80} (?:not|could|cannot|is)\b|\bdependenc(?:y|ies)\b|\bneeded\b|\bbuild plan\b|\bconstraints?\b",
        "The packages that the project needs could not be put together.",
        "Check name and version of the package that is named first, and whether the lock file fits."),
    _of(Category.DOCKER_BUILD,
        r"\b(?:docker|buildx|earthly|kaniko|buildah|podman|bake|nerdctl|pack build)\b",
        r"failed to solve|\bno such file\b|\bCOPY\b|\bDockerfile\b|\bbuild target\b|\bRUN\b",
        "The image could not be built.",
        "Mend the instruction that the message names; what is copied has to lie in the build's context."),
    _of(Category.COMPILE_ERROR,
        r"\b(?:build|compile|make|elm|cabal|ghc|ant|msbuild|assemble|bundle|webpack|vite|tsc)\b",
        r"\berror\b|\bERROR\b|\bMISMATCH\b|not in scope|\bun(?:defined|resolved|declared)\b|[Cc]ould ?n[o']t match|[Cc]annot find|\bsyntax\b",
        "The code cannot be built as it stands.",
        "Correct the place that the first error names, and build locally with the same command."),
    _of(Category.CI_CONFIG,
        r"(?!)",
        r"(?i)\bno value\b|\bmissing\b|\brequired\b|\binvalid\b|\bunknown\b|\bunrecogni[sz]ed\b|\bnot set\b|\binterpreter\b|\busage:|\bschema\b",
        "A setting that the step needs is missing or wrong.",
        "Set or correct what the message names, in the job or in the tool's own configuration."),
)  # fmt: skip


def lean(step: str, telling: Sequence[str]) -> Leaning | None:
    """The likeliest kind, or none where two are near each other. `telling`: lines, the likeliest first."""
    said = [line[:_CHARS] for line in telling[:_LOOKED_AT] if line.strip() and explains(line)]
    if not said:
        return None
    points = sorted(((_points(each, step, said), -at) for at, each in enumerate(_LEANINGS)), reverse=True)
    (best, at), (second, _) = points[0], points[1]
    return _LEANINGS[-at] if best >= _LEAST and best - second >= _AHEAD else None


def _points(each: Leaning, step: str, said: Sequence[str]) -> float:
    found = sum(each.words.search(line) is not None for line in said)
    if not found:
        return 0.0
    return (_STEP if each.step.search(step[:_CHARS]) else 0.0) + _LINE * min(_MOST_LINES, found)
