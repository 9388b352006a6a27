"""Judges whether what was found can hold the answer, so that the product says nothing rather than guesses."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from app.kernel.ports.embeddings import Embedder
from app.kernel.ports.index import Hit, Index, SearchMode, SearchRequest
from app.kernel.prompts import ABSTENTION
from app.kernel.retrieval import evidence
from app.kernel.wording import FUNCTION_WORDS, stem, words
from app.rag.search import Found

__all__ = ["ABSTENTION", "Evidence", "coverage", "weigh"]

_MOST_WORDS = 16


@dataclass(frozen=True, slots=True)
class Evidence:
    """`value` is how likely the passages hold the answer, 0 to 1; the other two are what it was made of."""

    value: float
    coverage: float
    cosine: float


async def weigh(index: Index, embedder: Embedder, question: str, found: Found, *, tenant: str) -> Evidence:
    """The calibrated evidence of what was found, by the embedder's own profile."""
    if not found.hits:
        return Evidence(0.0, 0.0, 0.0)
    weights = await _weights(index, question, tenant=tenant)
    covered = max(coverage(weights, hit.chunk.indexed_text()) for hit in found.hits)
    cosine = max((hit.vector_score for hit in found.hits if hit.vector_score is not None), default=0.0)
    return Evidence(evidence(embedder.profile, coverage=covered, cosine=cosine), covered, cosine)


def coverage(weights: dict[str, float], text: str) -> float:
    """The share of the question's weight that the text holds, 0 to 1."""
    held = {stem(word) for word, _, _ in words(text)}
    total = sum(weights.values())
    return sum(weight for word, weight in weights.items() if word in held) / total if total else 0.0


async def _weights(index: Index, question: str, *, tenant: str) -> dict[str, float]:
    """What each content word is worth: its best BM25 score alone, which grows with its rarity.

    A word that no document holds is worth as much as the rarest: a question about it cannot be answered.
    """
    asked = _content_words(question)
    best = await asyncio.gather(*(_best_score(index, word, tenant=tenant) for word in asked.values()))
    rarest = max(best, default=0.0) or 1.0
    return {key: score or rarest for key, score in zip(asked, best, strict=True)}


def _content_words(question: str) -> dict[str, str]:
    """{stem: word as asked}; function words only when there is nothing else."""
    folded = [word for word, _, _ in words(question)]
    telling = [word for word in folded if word not in FUNCTION_WORDS] or folded
    return dict(list({stem(word): word for word in telling}.items())[:_MOST_WORDS])


async def _best_score(index: Index, word: str, *, tenant: str) -> float:
    hits: Sequence[Hit] = await index.search(SearchRequest(tenant, word, None, 1, SearchMode.LEXICAL))
    return (hits[0].lexical_score or 0.0) if hits else 0.0
