"""all-MiniLM-L6-v2 as an int8 ONNX file on the CPU: unit vectors of 384 numbers, 254 word pieces a text."""

import asyncio
import hashlib
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from app.kernel.errors import StartError
from app.kernel.retrieval import MINILM_PROFILE, RetrievalProfile

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

    from app.kernel.ports.embeddings import Matrix, TextKind

_DIMENSIONS = 384
_CLS, _SEP = 101, 102
# The model was trained on 256 positions, two of which are [CLS] and [SEP].
_MAX_PIECES = 254
# A question takes 1.3 ms. Where there is one core for it, handing it to a thread only adds to that.
_INLINE_CHARACTERS = 400


class MiniLmEmbedder:
    """Texts go through the model one at a time, side by side on `threads` threads of one core each.

    Not in batches: the int8 activations are scaled by the largest value in the batch, so a text's vector
    would depend on its neighbours (cosine down to 0.990 between alone and in a batch of 8), and batches of 4
    to 32 are slower anyway (94 against 110 texts/s on two cores, padding included).
    """

    dimensions = _DIMENSIONS
    max_tokens = _MAX_PIECES
    counts_word_pieces = True
    profile: RetrievalProfile = MINILM_PROFILE

    def __init__(self, folder: Path, *, threads: int | None = None) -> None:
        self._model = folder / "model.onnx"
        self._vocabulary = folder / "tokenizer.json"
        for file in (self._model, self._vocabulary):
            if not file.is_file():
                raise StartError(
                    f"The MiniLM model is not complete: {file} is missing. Run `python -m app.rag model pull minilm`, "
                    "or set GENAI_MODEL_DIR to a folder with model.onnx and tokenizer.json."
                )
        self._threads = threads or os.cpu_count() or 1
        self._loading = threading.Lock()
        self._loaded: InferenceSession | None = None

    @cached_property
    def fingerprint(self) -> str:
        with self._model.open("rb") as file:
            return f"minilm-l6-{hashlib.file_digest(file, 'sha256').hexdigest()[:12]}"

    def count_tokens(self, text: str) -> int:
        """Word pieces, [CLS] and [SEP] not counted."""
        return len(self._tokenizer.encode(text, add_special_tokens=False))

    async def embed(self, texts: Sequence[str], *, kind: "TextKind" = "passage") -> "Matrix":
        vectors = np.zeros((len(texts), _DIMENSIONS), dtype=np.float32)
        loop = asyncio.get_running_loop()
        if kind == "query" and self._threads == 1 and sum(map(len, texts)) <= _INLINE_CHARACTERS:
            self._rows(texts, list(range(len(texts))), vectors)
        elif len(texts) == 1:
            vectors[0] = await loop.run_in_executor(self._pool, self._vector, texts[0])
        elif texts:
            # Longest first, so that no thread is left with a long text at the end.
            order = sorted(range(len(texts)), key=lambda row: -len(texts[row]))
            work = [
                loop.run_in_executor(self._pool, self._rows, texts, part, vectors)
                for part in self._parts(order)
            ]
            await asyncio.gather(*work)
        return vectors

    async def ping(self) -> None:
        await self.embed(["ping"], kind="query")

    def _parts(self, order: list[int]) -> list[list[int]]:
        """Small parts in turn: a thread takes the next one when it is free."""
        step = max(1, min(8, len(order) // (4 * self._threads)))
        return [order[start : start + step] for start in range(0, len(order), step)]

    def _rows(self, texts: Sequence[str], rows: list[int], vectors: "Matrix") -> None:
        for row in rows:
            vectors[row] = self._vector(texts[row])

    def _vector(self, text: str) -> "np.ndarray[Any, np.dtype[np.float32]]":
        pieces = self._tokenizer.encode(text, add_special_tokens=False).ids[:_MAX_PIECES]
        if not pieces:
            return np.zeros(_DIMENSIONS, dtype=np.float32)
        ids = np.array([[_CLS, *pieces, _SEP]], dtype=np.int64)
        feed = {"input_ids": ids, "attention_mask": np.ones_like(ids), "token_type_ids": np.zeros_like(ids)}
        states: np.ndarray[Any, np.dtype[np.float32]] = self._session.run(None, feed)[0][0]
        mean = states.mean(axis=0)
        return np.asarray(mean / np.linalg.norm(mean), dtype=np.float32)

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(max_workers=self._threads, thread_name_prefix="minilm")

    @cached_property
    def _tokenizer(self) -> "Tokenizer":
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._vocabulary))
        tokenizer.no_padding()
        tokenizer.no_truncation()
        return tokenizer

    @property
    def _session(self) -> "InferenceSession":
        if self._loaded is None:
            with self._loading:
                self._loaded = self._loaded or self._load()
        return self._loaded

    def _load(self) -> "InferenceSession":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            return onnxruntime.InferenceSession(str(self._model), options, providers=["CPUExecutionProvider"])
        except Exception as error:
            raise StartError(
                f"The model file {self._model} cannot be loaded ({error}). "
                "Fetch it again with `python -m app.rag model pull minilm`."
            ) from error
