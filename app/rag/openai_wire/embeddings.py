"""POST /v1/embeddings over the embedder that the documents are searched with."""

import asyncio
import base64
from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Request, Response

from app.kernel.errors import BadInput
from app.kernel.ports.embeddings import Embedder
from app.rag.openai_wire.models import no_such_model
from app.rag.openai_wire.schemas import EmbeddingList, EmbeddingRequest
from app.rag.openai_wire.shape import error_responses
from app.rag.routes.parameters import Tenant
from app.rag.service import RagService
from app.web.rates import charge_tokens
from app.web.replies import Reply

if TYPE_CHECKING:
    from app.kernel.ports.embeddings import Matrix

# OpenAI's own bounds.
_MAX_INPUTS = 2_048
_MAX_TOKENS = 8_192
_MAX_TOKENS_TOGETHER = 300_000
# No text of 8,192 tokens is longer than this; counting the tokens of 60 MB first takes a minute of a core.
_MAX_CHARS = 100 * _MAX_TOKENS
# Other requests get their turn between slices.
_SLICE = 64


def add_embeddings(router: APIRouter, service: RagService) -> None:
    @router.post(
        "/embeddings", tags=["openai"], response_model=EmbeddingList, responses=error_responses(400, 404, 503)
    )
    async def embeddings(body: EmbeddingRequest, request: Request, tenant: Tenant) -> Response:
        """Unit vectors in the order of the input. A text longer than the model reads is the mean of its parts."""
        embedder = service.search.embedder
        if body.model not in (service.embedder_name, embedder.fingerprint):
            raise no_such_model(body.model)
        if body.dimensions not in (None, embedder.dimensions):
            raise BadInput(
                f"{body.model!r} has {embedder.dimensions} dimensions and no others; leave `dimensions` out.",
                code="unsupported_value", field="dimensions",
            )  # fmt: skip
        texts = _texts(body.input)
        tokens = await asyncio.to_thread(_count, embedder, texts)
        vectors = await embed_whole(embedder, texts)
        await charge_tokens(request, tokens)
        return Reply({
            "object": "list", "model": body.model,
            "data": [
                {"object": "embedding", "index": index, "embedding": _encoded(vector, body.encoding_format)}
                for index, vector in enumerate(vectors)
            ],
            "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
        })  # fmt: skip


async def embed_whole(embedder: Embedder, texts: list[str]) -> "Matrix":
    """One unit vector a text; nothing of a long text is cut off, its parts weigh by their length."""
    import numpy as np

    parts = await asyncio.to_thread(
        lambda: [(row, part) for row, text in enumerate(texts) for part in _parts(embedder, text)]
    )
    total = np.zeros((len(texts), embedder.dimensions), dtype=np.float32)
    for start in range(0, len(parts), _SLICE):
        of_slice = parts[start : start + _SLICE]
        vectors = await embedder.embed([part for _, part in of_slice])
        for (row, part), vector in zip(of_slice, vectors, strict=True):
            total[row] += vector * np.float32(len(part))
    lengths = np.linalg.norm(total, axis=1, keepdims=True)
    vectors_of_unit_length: Matrix = total / np.maximum(lengths, np.float32(1e-12))
    return vectors_of_unit_length


def _parts(embedder: Embedder, text: str) -> list[str]:
    """The text in halves of halves, at white space, until the embedder reads each one whole."""
    if len(text) < 2 or embedder.count_tokens(text) <= embedder.max_tokens:
        return [text]
    middle = len(text) // 2
    space = text.rfind(" ", 1, middle)
    at = space if space > 0 else middle
    return _parts(embedder, text[:at]) + _parts(embedder, text[at:])


def _texts(given: Any) -> list[str]:
    texts = given if isinstance(given, list) else [given]
    if not texts or len(texts) > _MAX_INPUTS:
        raise _bad(f"`input` takes 1 to {_MAX_INPUTS:,} texts, not {len(texts):,}.")
    if any(isinstance(text, (int, list)) for text in texts):
        raise _bad("`input` holds token numbers of another model's vocabulary; send the texts themselves.")
    for place, text in enumerate(texts):
        if not isinstance(text, str) or not text:
            raise _bad(f"`input` number {place} is empty or not a text.")
    return [text.encode("utf-8", "replace").decode() for text in texts]


def _count(embedder: Embedder, texts: list[str]) -> int:
    total = 0
    for place, text in enumerate(texts):
        if len(text) > _MAX_CHARS:
            raise _bad(
                f"`input` number {place} has {len(text):,} characters, more than {_MAX_TOKENS:,} tokens. Split it."
            )
        tokens = embedder.count_tokens(text)
        if tokens > _MAX_TOKENS:
            raise _bad(
                f"`input` number {place} has {tokens:,} tokens; at most {_MAX_TOKENS:,} are taken. Split it."
            )
        total += tokens
        if total > _MAX_TOKENS_TOGETHER:
            raise _bad(
                f"`input` has more than {_MAX_TOKENS_TOGETHER:,} tokens in its first {place + 1:,} texts; send less."
            )
    return total


def _bad(detail: str) -> BadInput:
    return BadInput(detail, code="invalid_value", field="input")


def _encoded(vector: Any, encoding: str) -> str | list[float]:
    if encoding == "base64":
        return base64.b64encode(vector.astype("<f4").tobytes()).decode()
    numbers: list[float] = vector.tolist()
    return numbers
