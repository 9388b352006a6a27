from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np
import pytest

from app.kernel.documents import Chunk, DocumentVersion
from app.kernel.ports.embeddings import Embedder
from app.kernel.ports.index import Hit, Index
from app.kernel.retrieval import WORDS_PROFILE, RetrievalProfile
from app.rag.answer.evidence import Evidence, weigh
from app.rag.search import Found

pytestmark = pytest.mark.anyio

PROFILE = RetrievalProfile(evidence_bias=-4.0, evidence_coverage=5.0, evidence_cosine=4.0)


@dataclass
class _Index:
    """Covers each passage by the share that its text names."""

    asked: list[tuple[str, str]] = field(default_factory=list)

    async def coverage(self, tenant: str, question: str, passages: Sequence[str]) -> Sequence[float]:
        self.asked.append((tenant, question))
        return [float(text.split()[-1]) for text in passages]


@dataclass
class _Embedder:
    profile: RetrievalProfile


def _hit(text: str, cosine: float | None) -> Hit:
    return Hit(DocumentVersion("acme", "doc_1", 1), Chunk(0, 0, len(text), text), 1.0, None, cosine)


async def _weigh(*hits: Hit, index: Any = None, embedded: bool = True) -> Evidence:
    found = Found(hits, np.ones(2, dtype=np.float32) if embedded else None, 0.0, 0.0)
    return await weigh(
        cast(Index, index or _Index()), cast(Embedder, _Embedder(PROFILE)), "Why?", found, tenant="acme"
    )


async def test_the_best_passage_of_each_kind_counts() -> None:
    weighed = await _weigh(_hit("covers 0.2", 0.6), _hit("covers 0.9", None), _hit("covers 0.5", 0.1))
    assert (weighed.coverage, weighed.cosine) == (0.9, 0.6)
    assert weighed.value == pytest.approx(1 / (1 + 2.718281828 ** -(-4 + 5 * 0.9 + 4 * 0.6)))


async def test_nothing_found_is_no_evidence_and_asks_nothing() -> None:
    index = _Index()
    assert await _weigh(index=index) == Evidence(0.0, 0.0, 0.0, PROFILE.abstain_below)
    assert index.asked == []


async def test_only_words_found_still_count_without_vectors() -> None:
    weighed = await _weigh(_hit("covers 1.0", None))
    assert weighed.cosine == 0.0 and 0.5 < weighed.value < 1.0


async def test_the_rarity_of_words_is_that_of_the_tenant() -> None:
    index = _Index()
    await _weigh(_hit("covers 0.5", 0.5), index=index)
    assert index.asked == [("acme", "Why?")]


async def test_without_a_vector_of_the_question_the_words_have_a_measure_of_their_own() -> None:
    hit = _hit("covers 0.9", None)
    by_words, by_both = await _weigh(hit, embedded=False), await _weigh(hit)
    assert by_words.enough == WORDS_PROFILE.abstain_below
    assert by_words.value != by_both.value
