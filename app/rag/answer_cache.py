"""Answers given before, kept under everything they were made from: what is no longer found cannot come back."""

import asyncio
import json
import logging
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from typing import Any

from prometheus_client import Counter

from app.kernel.documents import DocumentStatus
from app.kernel.errors import NotFound, Unavailable
from app.kernel.ports.cache import Cache
from app.kernel.ports.chat import ChatRequest
from app.kernel.prompts import render
from app.rag.answer.citations import FoundCitation, SourcePassage, TextDelta
from app.rag.catalog import Catalog

_log = logging.getLogger("genai.rag")
_ASKED = Counter("genai_answer_cache_total", "Questions looked up among the remembered answers", ["outcome"])

# A new form of what is kept below gets a new number, and what was kept before is not found any more.
_FORM = 1

Said = TextDelta | FoundCitation


@dataclass(frozen=True, slots=True)
class Remembered:
    """An answer as it was told; the pieces between two citations come back as one."""

    said: tuple[Said, ...]
    abstained: bool


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer is kept: its tenant, a digest of all that it was made from, the documents it may quote."""

    tenant: str
    digest: str
    documents: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"answers/{self.tenant}/{self.digest}"

    def quotes(self, document_id: str) -> str:
        return f"{quotes_of(self.tenant, document_id)}{self.digest}"


@dataclass(frozen=True, slots=True)
class AnswerCache:
    """Spares the model a question it has answered from the very same passages; the search is made every time.

    So there is nothing to invalidate: a document that was added, replaced, described anew or deleted changes what is
    found, and with it the place where the answer would be. What is deleted here is deleted for its own sake.
    `setup`: whatever else changes answers, such as the guardrail. ttl_s: only of what is kept from here.
    """

    cache: Cache
    catalog: Catalog
    ttl_s: float = 0.0
    setup: str = ""

    def place(
        self, request: ChatRequest, sources: Sequence[SourcePassage], *, tenant: str, model: str
    ) -> Place:
        """Questions are the same when Unicode calls them so; white space inside may mean something, as in code."""
        question = unicodedata.normalize("NFC", request.question.strip())
        made_from = [
            _FORM, tenant, model, self.setup, _PROMPT, asdict(replace(request, question=question)),
            [_identity(source) for source in sources],
        ]  # fmt: skip
        documents = tuple(dict.fromkeys(source.document_id for source in sources))
        return Place(tenant, _digest(made_from), documents)

    async def find(self, place: Place) -> Remembered | None:
        """None also when the cache is away: the model is asked then."""
        try:
            found = await self.cache.get(place.key)
        except Unavailable as error:
            _ASKED.labels("unavailable").inc()
            _log.info("No remembered answers now: %s", error.detail)
            return None
        remembered = _decoded(found, place) if found else None
        _ASKED.labels("hit" if remembered else "miss").inc()
        return remembered

    async def keep(self, place: Place, answer: Remembered) -> None:
        """Remember an answer, unless one of its documents is deleted meanwhile. Never fails."""
        try:
            # Who quotes what is noted first and kept longer, so that no answer is ever without its notes.
            await asyncio.gather(
                *(self.cache.put(place.quotes(one), b"", ttl_s=self.ttl_s * 2) for one in place.documents)
            )
            await self.cache.put(place.key, _encoded(answer, place), ttl_s=self.ttl_s)
            # After the put: a deletion hides the document first and purges then. Whichever of the two of us comes
            # second sees the other.
            if not all(await asyncio.gather(*(self._lives(place.tenant, one) for one in place.documents))):
                await self.cache.purge(place.key)
                await asyncio.gather(*(self.cache.purge(place.quotes(one)) for one in place.documents))
        except Unavailable as error:
            _log.info("An answer is not remembered: %s", error.detail)

    async def _lives(self, tenant: str, document_id: str) -> bool:
        try:
            document = await self.catalog.document(tenant, document_id)
        except NotFound:
            return False
        return document.status is not DocumentStatus.DELETING

    async def forget(self, tenant: str, document_id: str) -> None:
        """Drop the tenant's answers, and the notes of this document last: they say that something is left.

        Raises Unavailable.
        """
        await self.cache.purge(f"answers/{tenant}/")
        await self.cache.purge(quotes_of(tenant, document_id))

    async def residue(self, tenant: str, document_id: str) -> int:
        """How many remembered answers may quote the document. Raises Unavailable."""
        return await self.cache.residue(quotes_of(tenant, document_id))


def quotes_of(tenant: str, document_id: str) -> str:
    return f"quotes/{tenant}/{document_id}/"


def _digest(value: Any) -> str:
    return sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def _identity(source: SourcePassage) -> list[Any]:
    """What a citation tells of a source, beside its text, which stands in the request."""
    chunks = [(chunk.ordinal, chunk.start, chunk.end, chunk.page) for chunk in source.chunks]
    return [source.number, source.document_id, source.version, source.filename, source.start, chunks]


def _encoded(answer: Remembered, place: Place) -> bytes:
    said: list[Any] = []
    for piece in answer.said:
        if not isinstance(piece, TextDelta):
            said.append(asdict(piece))
        elif said and isinstance(said[-1], str):
            said[-1] += piece.text
        else:
            said.append(piece.text)
    return json.dumps({"digest": place.digest, "abstained": answer.abstained, "said": said}).encode()


def _decoded(raw: bytes, place: Place) -> Remembered | None:
    """None for what a damaged store made of it."""
    try:
        value = json.loads(raw)
        if value["digest"] != place.digest:
            return None
        said = (TextDelta(one) if isinstance(one, str) else FoundCitation(**one) for one in value["said"])
        return Remembered(tuple(said), bool(value["abstained"]))
    except (ValueError, TypeError, KeyError):
        return None


# A change of the words that a model gets is a new prompt, whoever forgets to say so.
_PROMPT = _digest(repr(render(ChatRequest("", ()), fence="0" * 16)))
