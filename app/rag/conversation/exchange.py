"""One question and its answer as they are remembered, and what of it has to go with a deleted document."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from app.rag.answer.citations import FoundCitation

WITHDRAWN = "A document that this answer rested on has been deleted, and the answer with it."

# DynamoDB takes records of 400 KB.
MAX_BYTES = 250_000
_MOST_ANSWER_CHARS = 40_000


@dataclass(frozen=True, slots=True)
class Exchange:
    """`standalone_question` is what was looked for, None when the question stood alone.

    citations: as they were shown; `quote` is empty where it was too long to keep. sources: documents
    whose words the answer may hold. heard: those of earlier answers that the stand-alone question may hold words of.
    `number` counts the turns of a conversation from 1.
    """

    question: str
    standalone_question: str | None
    answer: str
    abstained: bool
    citations: tuple[FoundCitation, ...]
    model: str
    at: str
    sources: tuple[str, ...]
    heard: tuple[str, ...] = ()
    withdrawn: bool = False
    number: int = 0

    @property
    def asked(self) -> str:
        """The question in the form that stands alone."""
        return self.standalone_question or self.question

    @property
    def documents(self) -> frozenset[str]:
        return frozenset((*self.sources, *self.heard))

    def without(self, document_id: str) -> Self:
        """The same with nothing left of a document: an answer that rested on it goes whole."""
        kept = replace(
            self,
            citations=tuple(one for one in self.citations if one.document_id != document_id),
            sources=tuple(source for source in self.sources if source != document_id),
            heard=tuple(source for source in self.heard if source != document_id),
        )
        if document_id in self.heard:
            kept = replace(kept, standalone_question=None)
        return replace(kept, answer=WITHDRAWN, withdrawn=True) if document_id in self.sources else kept

    def fitting(self) -> Self:
        """The same in a size that every store takes: the longest quotes go first, then the end of the answer."""
        kept = replace(self, answer=self.answer[:_MOST_ANSWER_CHARS])
        if _size(kept) <= MAX_BYTES:
            return kept
        room = 200
        return replace(
            kept,
            citations=tuple(
                one if len(one.quote) <= room else replace(one, quote="") for one in kept.citations[:200]
            ),
        )


def to_plain(exchange: Exchange) -> dict[str, Any]:
    return asdict(exchange)


def from_plain(raw: Mapping[str, Any]) -> Exchange:
    known = {field.name for field in fields(Exchange)}
    value = {name: item for name, item in raw.items() if name in known}
    value["citations"] = tuple(FoundCitation(**one) for one in value["citations"])
    value["sources"], value["heard"] = tuple(value["sources"]), tuple(value["heard"])
    return Exchange(**value)


def _size(exchange: Exchange) -> int:
    return len(json.dumps(to_plain(exchange), ensure_ascii=False).encode("utf-8", "surrogatepass"))
