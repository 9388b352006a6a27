"""A Bedrock Guardrail: the question is checked before any passage leaves, the answer while it is written."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from app.kernel.errors import ProviderRejected

if TYPE_CHECKING:
    from mypy_boto3_bedrock_runtime import BedrockRuntimeClient


@dataclass(frozen=True, slots=True)
class Guardrail:
    """Its id or ARN, and the version that holds."""

    id: str
    version: str

    @property
    def config(self) -> dict[str, str]:
        """For Converse. The trace tells masking from blocking; it holds what was matched and is never kept."""
        return {"guardrailIdentifier": self.id, "guardrailVersion": self.version, "trace": "enabled"}

    def checked(self, client: "BedrockRuntimeClient", question: str) -> str:
        """The question, with what the guardrail masks masked. Raises ProviderRejected for one that it blocks."""
        answer = client.apply_guardrail(
            guardrailIdentifier=self.id,
            guardrailVersion=self.version,
            source="INPUT",
            content=[{"text": {"text": question.encode("utf-8", "replace").decode()}}],
        )
        if answer["action"] == "NONE":
            return question
        outputs = answer.get("outputs", [])
        if is_block(answer.get("assessments", [])) or not outputs:
            raise self.intervened("question")
        return outputs[0].get("text", "")

    def intervened(self, part: str) -> ProviderRejected:
        return ProviderRejected(
            f"The guardrail {self.id!r} stopped the {part}; word the question otherwise.",
            code="guardrail_intervened",
        )


def is_block(assessments: Any) -> bool:
    """Whether anything was blocked. What only masks names itself so; everything else counts as a block."""
    actions = set(_actions(assessments))
    return "BLOCKED" in actions or "ANONYMIZED" not in actions


def _actions(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(action := value.get("action"), str):
            yield action
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _actions(inner)
