"""The Embedder port over Titan Text Embeddings V2, one text a call, several calls at once."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from langchain_aws import BedrockEmbeddings

from app.adapters.bedrock.client import ping, runtime_client
from app.adapters.bedrock.errors import CAUGHT, of_error
from app.adapters.bedrock.prices import TITAN
from app.adapters.bedrock.threads import called
from app.kernel.errors import BadInput, GenaiError, ProviderRejected, SettingsError
from app.kernel.retrieval import TITAN_PROFILE
from app.kernel.token_estimate import tokens_at_most

if TYPE_CHECKING:
    from app.kernel.ports.embeddings import Matrix, TextKind

_DIMENSIONS = (1024, 512, 256)
_LONGEST_CHARS = 50_000
_LONGEST_TOKENS = 8_192
_CALLS_AT_ONCE = 8  # at 60 ms a call some 130 a second; an account begins with 2,000 to 6,000 a minute
_TIMEOUT_S = 30.0


class BedrockEmbedder:
    """model empty: Titan V2, the only one; dimensions 0: 1,024. Titan embeds questions and passages alike.

    Raises SettingsError for another model or another length. Source of limits: Titan Text Embeddings V2, AWS's model
    parameters and model card.
    """

    counts_word_pieces = False
    max_tokens = _LONGEST_TOKENS
    profile = TITAN_PROFILE

    def __init__(self, model: str, *, region: str, dimensions: int, endpoint_url: str | None = None) -> None:
        model, dimensions = model or TITAN, dimensions or _DIMENSIONS[0]
        if model.rpartition("/")[2] != TITAN:
            raise SettingsError(
                f"GENAI_EMBEDDER_MODEL={model} is none that Bedrock embeds with here; use {TITAN}."
            )
        if dimensions not in _DIMENSIONS:
            raise SettingsError(f"GENAI_EMBEDDER_DIMENSIONS={dimensions} is none of Titan's: 1024, 512, 256.")
        self._client = runtime_client(region=region, timeout_s=_TIMEOUT_S, endpoint_url=endpoint_url)
        self._titan = BedrockEmbeddings(
            client=self._client,
            model_id=model,
            provider="amazon",
            dimensions=dimensions,
            model_kwargs={"normalize": True},
        )
        self._slots = asyncio.Semaphore(_CALLS_AT_ONCE)
        self.dimensions = dimensions
        self.fingerprint = f"bedrock-{TITAN}-{dimensions}"

    def count_tokens(self, text: str) -> int:
        """From above, as Titan's tokenizer is AWS's."""
        return tokens_at_most(text)

    async def embed(self, texts: Sequence[str], *, kind: "TextKind" = "passage") -> "Matrix":
        """Blank texts give zero rows and are not sent. The first failure ends the calls that have not begun.

        Raises BadInput for a text over 8,192 tokens (estimated from above) or 50,000 characters, before any call.
        """
        matrix = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        # Half of a surrogate pair, as broken PDFs yield, cannot be sent as UTF-8.
        wanted = {
            row: text.encode("utf-8", "replace").decode() for row, text in enumerate(texts) if text.strip()
        }
        for text in wanted.values():
            self._check(text)
        try:
            async with asyncio.TaskGroup() as group:
                calls = {row: group.create_task(self._one(text)) for row, text in wanted.items()}
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None
        for row, call in calls.items():
            matrix[row] = call.result()
        return matrix

    async def ping(self) -> None:
        await called(lambda: ping(self._client))

    async def aclose(self) -> None:
        self._client.close()

    async def _one(self, text: str) -> "Matrix":
        async with self._slots:
            try:
                numbers = await called(lambda: self._titan.embed_query(text))
            except GenaiError:
                raise
            except CAUGHT as error:
                raise of_error(error, what=TITAN) from None
        vector = np.asarray(numbers, dtype=np.float32)
        length = float(np.linalg.norm(vector)) if vector.shape == (self.dimensions,) else 0.0
        if not (np.isfinite(length) and length > 0):
            raise ProviderRejected(
                f"Titan answered {vector.shape} numbers, not {self.dimensions}, or none that make a vector."
            )
        return vector / np.float32(length)

    def _check(self, text: str) -> None:
        if len(text) > _LONGEST_CHARS:
            raise BadInput(
                f"A text of {len(text)} characters is too long for Titan, which reads {_LONGEST_CHARS}; shorten it."
            )
        if (tokens := tokens_at_most(text)) > _LONGEST_TOKENS:
            raise BadInput(
                f"A text of about {tokens} tokens is too long for Titan, which reads {_LONGEST_TOKENS}; shorten it."
            )
