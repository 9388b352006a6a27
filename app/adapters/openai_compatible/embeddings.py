"""The Embedder port over POST /embeddings, in batches."""

import asyncio
import base64
import binascii
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import SecretStr

from app.adapters.openai_compatible.wire import Wire, expect_object, parse_json
from app.kernel.errors import ProviderRejected, ProviderUnavailable
from app.kernel.retrieval import RetrievalProfile
from app.kernel.token_estimate import longest_prefix, tokens_at_most

if TYPE_CHECKING:
    from app.kernel.ports.embeddings import Matrix, TextKind

_SERVICE = "embeddings"
_BATCH_TEXTS = 32  # text-embeddings-inference refuses more by default
_BATCH_CHARS = 60_000
_BATCHES_AT_ONCE = 4
_MARKS = 2  # what a tokenizer puts before and behind a text


class OpenAIEmbedder:
    """One embedding model behind one base URL (`/v1` included); vectors are normalised here."""

    counts_word_pieces = False

    def __init__(
        self,
        url: str,
        *,
        model: str,
        dimensions: int,
        key: SecretStr = SecretStr(""),  # noqa: B008 - immutable
        timeout_s: float = 60.0,
        max_tokens: int = 512,
        profile: RetrievalProfile = RetrievalProfile(),  # noqa: B008 - immutable
    ) -> None:
        self._wire = Wire(url, key=key, service=_SERVICE, timeout_s=timeout_s)
        self._model = model
        self._shortened = False
        self._slots = asyncio.Semaphore(_BATCHES_AT_ONCE)
        self.dimensions = dimensions
        self.max_tokens = max_tokens
        self.profile = profile
        self.fingerprint = f"openai-{model}-{dimensions}"

    def count_tokens(self, text: str) -> int:
        """From above, as the tokenizer is the server's."""
        return _MARKS + tokens_at_most(text)

    async def embed(self, texts: Sequence[str], *, kind: "TextKind" = "passage") -> "Matrix":
        """Blank texts give zero rows and are not sent; a text beyond max_tokens is cut there."""
        matrix = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        rows = [row for row, text in enumerate(texts) if text.strip()]
        # Half of a surrogate pair, as broken PDFs yield, cannot be sent as UTF-8.
        cut = [
            longest_prefix(texts[row].encode("utf-8", "replace").decode(), tokens=self.max_tokens - _MARKS)
            for row in rows
        ]
        spans = list(_batches([len(text) for text in cut]))
        parts = await asyncio.gather(*(self._batch(cut[start:end]) for start, end in spans))
        for (start, end), part in zip(spans, parts, strict=True):
            matrix[rows[start:end]] = part
        return matrix

    async def ping(self) -> None:
        await self._wire.ping()

    async def aclose(self) -> None:
        await self._wire.aclose()

    async def _batch(self, texts: Sequence[str]) -> "Matrix":
        async with self._slots:
            vectors = await self._vectors(texts)
            if vectors.shape[1] > self.dimensions and not self._shortened:
                self._shortened = True  # the model is longer by default: ask for the length that was set
                vectors = await self._vectors(texts)
        if vectors.shape[1] != self.dimensions:
            raise ProviderRejected(
                f"The embeddings service gives vectors of {vectors.shape[1]} numbers, not {self.dimensions}; "
                "correct GENAI_EMBEDDER_DIMENSIONS."
            )
        return _unit(vectors)

    async def _vectors(self, texts: Sequence[str]) -> "Matrix":
        body: dict[str, Any] = {"model": self._model, "input": list(texts), "encoding_format": "base64"}
        if self._shortened:
            body["dimensions"] = self.dimensions

        async def call() -> "Matrix":
            async with self._wire.post("/embeddings", body) as response:
                answer = expect_object(parse_json(await response.aread()), service=_SERVICE)
            return _rows(answer, wanted=len(texts))

        return await self._wire.within(call(), deadline=self._wire.deadline())


def _batches(lengths: Sequence[int]) -> Iterator[tuple[int, int]]:
    start = chars = 0
    for place, length in enumerate(lengths):
        if place > start and (place - start == _BATCH_TEXTS or chars + length > _BATCH_CHARS):
            yield start, place
            start, chars = place, 0
        chars += length
    if start < len(lengths):
        yield start, len(lengths)


def _rows(answer: dict[str, Any], *, wanted: int) -> "Matrix":
    """The vectors in the order of the texts: servers may answer in any order, `index` says which is which."""
    data = answer.get("data")
    if not isinstance(data, list) or len(data) != wanted or not all(isinstance(item, dict) for item in data):
        raise ProviderUnavailable(
            f"The embeddings service did not answer {wanted} vectors for {wanted} texts."
        )
    indexes = [item.get("index", place) for place, item in enumerate(data)]
    if sorted(index for index in indexes if isinstance(index, int)) != list(range(wanted)):
        raise ProviderUnavailable(f"The embeddings service numbered its {wanted} vectors wrongly; try again.")
    vectors = [_vector(data[place].get("embedding")) for place in np.argsort(indexes)]
    if len({len(vector) for vector in vectors}) != 1:
        raise ProviderUnavailable("The embeddings service answered vectors of different lengths; try again.")
    matrix = np.stack(vectors)
    if not np.isfinite(matrix).all():
        raise ProviderUnavailable("The embeddings service answered numbers that are not finite; try again.")
    return matrix


def _vector(raw: Any) -> "Matrix":
    try:
        if isinstance(raw, str):
            return np.frombuffer(base64.b64decode(raw, validate=True), dtype="<f4").astype(np.float32)
        if isinstance(raw, list):
            return np.asarray(raw, dtype=np.float32).reshape(len(raw))
    except (binascii.Error, ValueError, TypeError, OverflowError):
        pass
    raise ProviderUnavailable("The embeddings service answered a vector that is neither numbers nor base64.")


def _unit(matrix: "Matrix") -> "Matrix":
    lengths = np.linalg.norm(matrix.astype(np.float64), axis=1, keepdims=True)
    return (matrix / np.where(lengths > 0, lengths, 1.0)).astype(np.float32)
