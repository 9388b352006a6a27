"""Texts to unit vectors."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Protocol

from app.kernel.retrieval import RetrievalProfile

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Matrix = npt.NDArray[np.float32]

TextKind = Literal["passage", "query"]


class Embedder(Protocol):
    """One embedding model. `fingerprint` names model and version: vectors of two fingerprints never mix."""

    @property
    def fingerprint(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    @property
    def profile(self) -> RetrievalProfile:
        """How this model's vectors are weighed against BM25, and what its scores are worth as evidence."""
        ...

    @property
    def max_tokens(self) -> int:
        """The longest text it reads whole, in its own tokens."""
        ...

    @property
    def counts_word_pieces(self) -> bool:
        """Whether count_tokens counts the word pieces of BERT-uncased, which bound every chunk."""
        ...

    def count_tokens(self, text: str) -> int:
        """How long a text is for this model; an upper estimate where the tokenizer is not at hand."""
        ...

    async def embed(self, texts: Sequence[str], *, kind: TextKind = "passage") -> "Matrix":
        """Turn texts into unit vectors, one row per text, same order.

        Shape: (len(texts), dimensions), float32, each row of length 1 within 1e-3; a text without a
        known token gives a zero row. Raises: Unavailable and its kind (retryable), ProviderRejected.
        """
        ...

    async def ping(self) -> None: ...
