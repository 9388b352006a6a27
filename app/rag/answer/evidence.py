"""Judges whether what was found can hold the answer, so that the product says nothing rather than guesses."""

from dataclasses import dataclass

from app.kernel.ports.embeddings import Embedder
from app.kernel.ports.index import Index
from app.kernel.prompts import ABSTENTION
from app.kernel.retrieval import WORDS_PROFILE, evidence
from app.rag.search import Found

__all__ = ["ABSTENTION", "Evidence", "weigh"]


@dataclass(frozen=True, slots=True)
class Evidence:
    """`value` is how likely the passages hold the answer, 0 to 1, made of coverage and cosine; below `enough` it is thin."""

    value: float
    coverage: float
    cosine: float
    enough: float


async def weigh(index: Index, embedder: Embedder, question: str, found: Found, *, tenant: str) -> Evidence:
    """The evidence of what was found; 0 when nothing was.

    Calibrated by the embedder's own profile, or by that of the words alone where the question has no vector.
    """
    profile = WORDS_PROFILE if found.vector is None else embedder.profile
    if not found.hits:
        return Evidence(0.0, 0.0, 0.0, profile.abstain_below)
    passages = [hit.chunk.indexed_text() for hit in found.hits]
    coverage = max(await index.coverage(tenant, question, passages))
    cosine = max((hit.vector_score for hit in found.hits if hit.vector_score is not None), default=0.0)
    value = evidence(profile, coverage=coverage, cosine=cosine)
    return Evidence(value, coverage, cosine, profile.abstain_below)
