"""What is asked, in langchain's messages: cache points behind what stays the same, passages marked as sources."""

from collections.abc import Sequence
from typing import Any

from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage

from app.adapters.bedrock.prices import foundation_of
from app.kernel.ports.chat import Turn
from app.kernel.prompts import Prompt

_Block = dict[str, Any]
# Others refuse a request that holds a cache point.
_CACHING = ("amazon.nova-", "anthropic.claude-")
# Bedrock caches a prefix from 1,000 tokens on with Nova and 1,024 to 4,096 with Claude, and ignores a point before
# that: the rules of an answer alone are shorter, those of a pass-through with its history often longer.
_POINT: _Block = {"cachePoint": {"type": "default"}}
# Contextual grounding refuses a longer query and longer sources (quotas of Guardrails).
_LONGEST_QUERY, _LONGEST_SOURCES = 1_000, 100_000


def caches(model: str) -> bool:
    return foundation_of(model).startswith(_CACHING)


def of_prompt(prompt: Prompt, *, model: str, guarded: bool) -> list[BaseMessage]:
    """System and user message of one answer. guarded: its output is held against sources and question."""
    return [
        SystemMessage(_content(_text(prompt.system), *_points(model))),
        HumanMessage(_content(*_user(prompt.sources, prompt.question, guarded=guarded))),
    ]


def of_turns(turns: Sequence[Turn], *, model: str) -> list[BaseMessage]:
    """The turns as they are; Bedrock's own shape wants the system's first, and langchain puts them there.

    Behind the system's words stands a cache point, and one more behind the last turn of a conversation that has gone
    back and forth: its next request begins with the same words.
    """
    points = _points(model)
    messages: list[BaseMessage] = []
    last_system = max((place for place, turn in enumerate(turns) if turn.role == "system"), default=-1)
    conversation = any(turn.role == "assistant" for turn in turns)
    for place, turn in enumerate(turns):
        ends = place == last_system or (conversation and place == len(turns) - 1 and turn.role == "user")
        content = _content(_text(turn.text), *(points if ends else ()))
        kind = {"system": SystemMessage, "user": HumanMessage, "assistant": AIMessage}[turn.role]
        messages.append(kind(content))
    return messages


def _user(sources: str, question: str, *, guarded: bool) -> list[_Block]:
    if not guarded:
        return [_text(sources), _text(question)]
    # Where one part is marked, the guardrail looks at marked parts alone: documents may speak of anything.
    if len(question) > _LONGEST_QUERY or len(sources) > _LONGEST_SOURCES:
        return [_text(sources), _marked(question, "guard_content")]
    return [_marked(sources, "grounding_source"), _marked(question, "query")]


def _marked(text: str, qualifier: str) -> _Block:
    return {"guardContent": {"text": {"text": _sendable(text), "qualifiers": [qualifier]}}}


def _points(model: str) -> tuple[_Block, ...]:
    return (_POINT,) if caches(model) else ()


def _text(text: str) -> _Block:
    return {"type": "text", "text": _sendable(text)}


def _sendable(text: str) -> str:
    """Half of a surrogate pair, as broken PDFs yield, cannot be sent as UTF-8."""
    return text.encode("utf-8", "replace").decode()


def _content(*blocks: _Block) -> list[str | dict[Any, Any]]:
    return list(blocks)
