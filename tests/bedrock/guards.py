"""Guardrails of the server: words that are blocked, words that are masked, and answers that no source supports."""

from dataclasses import dataclass, field
from typing import Any

from tests.bedrock.rules import Refusal


@dataclass
class Guard:
    """One guardrail. `sources`: answers must share a word of five letters with the grounding source."""

    blocked: set[str] = field(default_factory=set)
    masked: set[str] = field(default_factory=set)
    grounded: bool = False
    versions: set[str] = field(default_factory=lambda: {"DRAFT", "1"})
    input_message: str = "Sorry, this question is not for me."
    output_message: str = "Sorry, I cannot say this."


@dataclass
class Verdict:
    """What a guardrail makes of a text."""

    text: str
    assessment: dict[str, Any] | None

    @property
    def blocked(self) -> bool:
        return self.assessment is not None and "sensitiveInformationPolicy" not in self.assessment


def find(guards: dict[str, Guard], identifier: str, version: str) -> Guard:
    guard = guards.get(identifier.rpartition("/")[2])
    if guard is None or version not in guard.versions:
        raise Refusal(
            "ValidationException",
            "The guardrail identifier or version provided in the request does not exist.",
        )
    return guard


def judge(guard: Guard, text: str, *, output: bool, sources: str | None = None) -> Verdict:
    message = guard.output_message if output else guard.input_message
    if hits := [word for word in guard.blocked if word in text]:
        words = [{"match": word, "action": "BLOCKED", "detected": True} for word in hits]
        return Verdict(message, {"wordPolicy": {"customWords": words, "managedWordLists": []}})
    if guard.grounded and output and sources is not None and not _supported(text, sources):
        filters = [
            {"type": "GROUNDING", "threshold": 0.7, "score": 0.1, "action": "BLOCKED", "detected": True}
        ]
        return Verdict(message, {"contextualGroundingPolicy": {"filters": filters}})
    if hits := [word for word in guard.masked if word in text]:
        for word in hits:
            text = text.replace(word, "{NAME}")
        found = [{"match": word, "type": "NAME", "action": "ANONYMIZED", "detected": True} for word in hits]
        return Verdict(text, {"sensitiveInformationPolicy": {"piiEntities": found, "regexes": []}})
    return Verdict(text, None)


def _supported(text: str, sources: str) -> bool:
    return any(word in sources for word in text.split() if len(word) >= 5)
