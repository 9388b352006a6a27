"""Reads the messages of a chat request: what is asked, what was said before, and what is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.kernel.errors import BadInput
from app.kernel.ports.chat import Turn
from app.rag.openai_wire.schemas import ChatBody, Message
from app.rag.search import MAX_QUERY_CHARS

_ROLES = {"system": "system", "developer": "system", "user": "user", "assistant": "assistant"}
_TEXT_PARTS = ("text", "input_text", "output_text", "refusal")
_NOTHING: tuple[Any, ...] = (None, False, 0, "", [], {})

# What would change the meaning of an answer, with the values that do not.
_REFUSED: Mapping[str, tuple[Any, ...]] = {
    "n": (None, 1),
    "tools": _NOTHING,
    "functions": _NOTHING,
    "tool_choice": (None, "none", "auto"),
    "function_call": (None, "none", "auto"),
    "logprobs": _NOTHING,
    "top_logprobs": _NOTHING,
    "logit_bias": _NOTHING,
    "audio": _NOTHING,
    "modalities": (None, [], ["text"]),
    "response_format": (None, {"type": "text"}),
    "web_search_options": (None,),
    "moderation": _NOTHING,
}


@dataclass(frozen=True, slots=True)
class Conversation:
    """`question` is the last thing the user said; `history` came before it.

    style: what the client's system messages say. They may shape the words of an answer from the documents, never what
    it rests on: whoever runs the documents decides that, not whoever asks.
    """

    question: str
    history: tuple[Turn, ...]
    style: str

    @property
    def exchanges(self) -> tuple[tuple[str, str], ...]:
        """The history as (question, answer); what was asked and not answered has an empty answer."""
        pairs: list[tuple[str, str]] = []
        for turn in self.history:
            if turn.role == "user":
                pairs.append((turn.text, ""))
            elif pairs:
                asked, answered = pairs[-1]
                pairs[-1] = (asked, f"{answered}\n{turn.text}".strip())
        return tuple(pairs)


def refuse_unsupported(body: ChatBody) -> None:
    """Raises BadInput that names the first parameter that this service would have to ignore to anybody's surprise."""
    for name, value in (body.model_extra or {}).items():
        if name in _REFUSED and value not in _REFUSED[name]:
            raise BadInput(
                f"{name!r} is not supported here with {str(value)[:80]!r}; leave it out.",
                code="unsupported_parameter", field=name,
            )  # fmt: skip


def read_turns(messages: Sequence[Message]) -> tuple[Turn, ...]:
    """The messages as turns of plain text. Raises BadInput for pictures, sounds, files and tools."""
    return tuple(_turn(place, message) for place, message in enumerate(messages))


def read_conversation(turns: Sequence[Turn]) -> Conversation:
    """Raises BadInput when the user says nothing, or more than a question can have."""
    asked = [place for place, turn in enumerate(turns) if turn.role == "user"]
    if not asked or not turns[asked[-1]].text.strip():
        raise BadInput(
            "There is no user message with text to answer.", code="invalid_value", field="messages"
        )
    question = turns[asked[-1]].text
    if len(question) > MAX_QUERY_CHARS:
        raise BadInput(
            f"The question has {len(question):,} characters; at most {MAX_QUERY_CHARS:,} are taken. "
            "Upload long texts as files instead.",
            code="string_above_max_length", field=f"messages.[{asked[-1]}].content",
        )  # fmt: skip
    return Conversation(
        question,
        tuple(turn for turn in turns[: asked[-1]] if turn.role != "system"),
        "\n".join(turn.text for turn in turns if turn.role == "system").strip(),
    )


def _turn(place: int, message: Message) -> Turn:
    role = _ROLES.get(message.role)
    if role is None:
        raise BadInput(
            f"A message of role {message.role[:40]!r} is not taken; use system, user or assistant.",
            code="unsupported_value", field=f"messages.[{place}].role",
        )  # fmt: skip
    return Turn(role, _text(place, message))  # type: ignore[arg-type]


def _text(place: int, message: Message) -> str:
    """Half an emoji, as programs cut them that count in UTF-16, becomes a question mark: nothing else can be sent on."""
    if not isinstance(message.content, list):
        return _whole(message.content or "")
    texts = []
    for number, part in enumerate(message.content):
        kind = part.get("type")
        text = part.get("refusal" if kind == "refusal" else "text")
        if kind not in _TEXT_PARTS or not isinstance(text, str):
            raise BadInput(
                f"A part of type {str(kind)[:40]!r} is not taken: this service reads text. "
                "Upload documents as files.",
                code="unsupported_content", field=f"messages.[{place}].content.[{number}].type",
            )  # fmt: skip
        texts.append(_whole(text))
    return "\n".join(texts)


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
