"""Converse as the server answers it: the guardrail before and after the model, the prompt cache, the counts."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from tests.bedrock.framing import event
from tests.bedrock.guards import Guard, Verdict, find, judge

Model = Callable[[list[dict[str, str]]], str]
_LEAST_CACHED = 1_000  # words, which count as tokens here


@dataclass
class Answer:
    """What is said, why it stopped and what it counts."""

    pieces: list[str]
    stopped: str
    usage: dict[str, int]
    trace: dict[str, Any] | None = None

    def frames(self) -> Iterator[bytes]:
        yield event("messageStart", {"role": "assistant"})
        for piece in self.pieces:
            yield event("contentBlockDelta", {"delta": {"text": piece}, "contentBlockIndex": 0})
        yield event("contentBlockStop", {"contentBlockIndex": 0})
        yield event("messageStop", {"stopReason": self.stopped})
        trace = {"trace": {"guardrail": self.trace}} if self.trace is not None else {}
        yield event("metadata", {"usage": self.usage, "metrics": {"latencyMs": 12}} | trace)

    def whole(self) -> dict[str, Any]:
        message = {"role": "assistant", "content": [{"text": "".join(self.pieces)}]}
        return {
            "output": {"message": message}, "stopReason": self.stopped, "usage": self.usage,
            "metrics": {"latencyMs": 12},
        }  # fmt: skip


@dataclass
class Bedside:
    """A model with its cache. The guardrail is the request's."""

    answer: Model
    guards: dict[str, Guard]
    cached: set[str] = field(default_factory=set)

    def converse(self, body: dict[str, Any]) -> Answer:
        config = body.get("guardrailConfig")
        guard = (
            find(self.guards, config["guardrailIdentifier"], config["guardrailVersion"]) if config else None
        )
        read = _counts(body, self.cached)
        verdict = judge(guard, _checked_input(body), output=False) if guard else None
        if guard and verdict and verdict.blocked:
            return self._stopped(verdict, read, side="input")
        said = self.answer(_plain(body))
        after = judge(guard, said, output=True, sources=_marked(body, "grounding_source")) if guard else None
        if after and after.assessment is not None:
            return self._stopped(after, read, side="output")
        usage = _usage(read, len(said.split()))
        return Answer(_in_words(said), "end_turn", usage, {} if guard else None)

    def _stopped(self, verdict: Verdict, read: dict[str, int], *, side: str) -> Answer:
        """One piece, as the real one sends its message; masked text is told like any other."""
        pieces = [verdict.text] if verdict.blocked else _in_words(verdict.text)
        by_id = {"guard": [verdict.assessment] if side == "output" else verdict.assessment}
        trace = {"outputAssessments" if side == "output" else "inputAssessment": by_id}
        return Answer(pieces, "guardrail_intervened", _usage(read, len(verdict.text.split())), trace)


def _plain(body: dict[str, Any]) -> list[dict[str, str]]:
    """The conversation as a model would read it."""
    system = [{"role": "system", "content": _texts(body["system"])}] if body.get("system") else []
    return [
        *system,
        *({"role": message["role"], "content": _texts(message["content"])} for message in body["messages"]),
    ]


def _texts(blocks: list[dict[str, Any]]) -> str:
    return "\n\n".join(text for block in blocks if (text := _text(block)))


def _text(block: dict[str, Any]) -> str:
    return str(block.get("text") or block.get("guardContent", {}).get("text", {}).get("text", ""))


def _checked_input(body: dict[str, Any]) -> str:
    """Marked parts alone where there are any; those marked as query or source only are not held against policies."""
    blocks = [block for message in body["messages"] for block in message["content"]]
    marked = [block["guardContent"]["text"] for block in blocks if "guardContent" in block]
    if not marked:
        return _texts(blocks)
    return "\n".join(
        one["text"] for one in marked if not one.get("qualifiers") or "guard_content" in one["qualifiers"]
    )


def _marked(body: dict[str, Any], qualifier: str) -> str | None:
    blocks = [
        block for message in body["messages"] for block in message["content"] if "guardContent" in block
    ]
    texts = [
        block["guardContent"]["text"]["text"]
        for block in blocks
        if qualifier in block["guardContent"]["text"].get("qualifiers", [])
    ]
    return "\n".join(texts) if texts else None


def _counts(body: dict[str, Any], cached: set[str]) -> dict[str, int]:
    """What of the request was read anew, from the cache and into it; inputTokens leaves out the latter two."""
    blocks = [
        *(body.get("system") or []),
        *(block for message in body["messages"] for block in message["content"]),
    ]
    total = sum(len(_text(block).split()) for block in blocks)
    read = known = 0
    prefix, words = "", 0
    for block in blocks:
        prefix, words = prefix + json.dumps(block), words + len(_text(block).split())
        if "cachePoint" in block and words >= _LEAST_CACHED:
            known = words if prefix in cached else known
            read = words
            cached.add(prefix)
    return {"new": total - read, "read": known, "written": read - known}


def _usage(read: dict[str, int], written: int) -> dict[str, int]:
    return {
        "inputTokens": read["new"], "outputTokens": written,
        "totalTokens": sum(read.values()) + written,
        "cacheReadInputTokens": read["read"], "cacheWriteInputTokens": read["written"],
    }  # fmt: skip


def _in_words(text: str) -> list[str]:
    return [word if place == 0 else f" {word}" for place, word in enumerate(text.split(" "))]
