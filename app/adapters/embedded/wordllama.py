"""The small embedder that comes inside its package: averaged token vectors, no download, no network, no GPU."""

import asyncio
import importlib.util
from collections.abc import Sequence
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.kernel.errors import StartError
from app.kernel.retrieval import WORDLLAMA_PROFILE, RetrievalProfile

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from app.kernel.ports.embeddings import Matrix, TextKind

_DIMENSIONS = 256
# Averaging has no length limit of its own; beyond this an average says nothing about any one passage.
_MAX_TOKENS = 8_192
# A query takes 0.1 ms: less than handing it to a thread.
_INLINE_CHARACTERS = 2_000
_BATCH = 256


class WordLlamaEmbedder:
    """Reads the wheel's weights and tokenizer itself.

    Importing the package would pull in requests and reconfigure the root logger, and its averaging divides
    by zero on an empty text.
    """

    dimensions = _DIMENSIONS
    max_tokens = _MAX_TOKENS
    counts_word_pieces = False
    profile: RetrievalProfile = WORDLLAMA_PROFILE

    def __init__(self) -> None:
        spec = importlib.util.find_spec("wordllama")
        if spec is None or spec.origin is None:
            raise StartError("The package wordllama is not installed; run `uv sync --extra rag`.")
        self._folder = Path(spec.origin).parent
        self.fingerprint = f"wordllama-{metadata.version('wordllama')}-l2-supercat-{_DIMENSIONS}"

    def count_tokens(self, text: str) -> int:
        return len(self._tokenizer.encode(text, add_special_tokens=False))

    async def embed(self, texts: Sequence[str], *, kind: "TextKind" = "passage") -> "Matrix":
        if sum(map(len, texts)) <= _INLINE_CHARACTERS:
            return self._embed(texts)
        return await asyncio.to_thread(self._embed, texts)

    async def ping(self) -> None:
        await asyncio.to_thread(self._embed, ["ping"])

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(
            str(self._folder / "tokenizers" / "l2_supercat_tokenizer_config.json")
        )
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    @cached_property
    def _weights(self) -> "Matrix":
        from safetensors import safe_open

        with safe_open(
            self._folder / "weights" / f"l2_supercat_{_DIMENSIONS}.safetensors", framework="np"
        ) as file:
            weights: np.ndarray[Any, Any] = file.get_tensor("embedding.weight")
        return np.ascontiguousarray(weights, dtype=np.float32)

    def _embed(self, texts: Sequence[str]) -> "Matrix":
        vectors = np.zeros((len(texts), _DIMENSIONS), dtype=np.float32)
        for start in range(0, len(texts), _BATCH):
            batch = list(texts[start : start + _BATCH])
            for row, encoding in enumerate(
                self._tokenizer.encode_batch(batch, add_special_tokens=False), start=start
            ):
                ids = encoding.ids[:_MAX_TOKENS]
                if ids and not texts[row].isspace():
                    vectors[row] = self._weights[ids].mean(axis=0)
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        np.divide(vectors, lengths, out=vectors, where=lengths > 0)
        return vectors
