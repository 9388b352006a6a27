"""What every embedder must do, whichever it is."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import cast

import numpy as np
import pytest

from app.adapters.embedded.minilm import MiniLmEmbedder
from app.adapters.embedded.wordllama import WordLlamaEmbedder
from app.adapters.openai_compatible import OpenAIEmbedder
from app.kernel.ports.embeddings import Embedder
from tests.wire.server import wire_server

pytestmark = pytest.mark.anyio

MINILM = Path(__file__).parents[3] / "shared" / "models" / "minilm-l6-int8"
TEXTS = [
    "Oslo is the capital of Norway.",
    "Cats sleep sixteen hours a day.",
    "Größe 文書 🗂️",
    "a",
    "x" * 20_000,
]


@pytest.fixture(params=["wordllama", "minilm", "openai"])
async def embedder(request: pytest.FixtureRequest) -> AsyncIterator[Embedder]:
    if request.param == "openai":
        with wire_server() as server:
            remote = OpenAIEmbedder(server.url, model="tiny-embed", dimensions=server.dimensions)
            yield remote
            await remote.aclose()
    elif request.param == "minilm" and not (MINILM / "model.onnx").exists():
        pytest.skip("../shared/models/minilm-l6-int8 is not here; minilm is tried where it is")
    else:
        local: Callable[[], object] = (
            WordLlamaEmbedder if request.param == "wordllama" else lambda: MiniLmEmbedder(MINILM)
        )
        yield cast(Embedder, local())


async def test_each_text_gets_one_unit_row_in_order(embedder: Embedder) -> None:
    matrix = await embedder.embed(TEXTS)
    assert matrix.shape == (len(TEXTS), embedder.dimensions) and matrix.dtype == np.float32
    lengths = np.linalg.norm(matrix, axis=1)
    known = lengths > 0  # a text without a known token is a zero row
    assert known[:2].all()
    np.testing.assert_allclose(lengths[known], 1.0, atol=1e-3)
    for row in (0, 1, 3):
        np.testing.assert_allclose((await embedder.embed([TEXTS[row]]))[0], matrix[row], atol=1e-3)


@pytest.mark.parametrize("blank", ["", "   ", "\n\t"])
async def test_a_blank_text_is_a_finite_row_and_does_not_disturb_the_others(
    embedder: Embedder, blank: str
) -> None:
    matrix = await embedder.embed([blank, TEXTS[0], blank])
    assert np.isfinite(matrix).all()
    np.testing.assert_allclose(matrix[1], (await embedder.embed([TEXTS[0]]))[0], atol=1e-3)
    np.testing.assert_array_equal(matrix[0], matrix[2])


async def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert (await embedder.embed([])).shape == (0, embedder.dimensions)


async def test_the_same_text_gets_the_same_row_and_another_one_another(embedder: Embedder) -> None:
    one, again, other = await embedder.embed([TEXTS[0], TEXTS[0], TEXTS[1]])
    np.testing.assert_allclose(one, again, atol=1e-3)
    assert float(one @ other) < 0.999


async def test_more_texts_than_a_batch_keep_their_order(embedder: Embedder) -> None:
    texts = [f"Report {number} of the harbour." for number in range(70)]
    matrix = await embedder.embed(texts)
    for row in (0, 31, 32, 69):
        np.testing.assert_allclose((await embedder.embed([texts[row]]))[0], matrix[row], atol=1e-3)


async def test_calls_at_once_do_not_mix(embedder: Embedder) -> None:
    alone = [await embedder.embed([text]) for text in TEXTS[:3]]
    at_once = await asyncio.gather(*(embedder.embed([text]) for text in TEXTS[:3] * 4))
    for place, matrix in enumerate(at_once):
        np.testing.assert_allclose(matrix, alone[place % 3], atol=1e-3)


async def test_odd_texts_are_embedded_and_counted(embedder: Embedder) -> None:
    odd = ["\x00\x07", "\ufeff\u202e", "…" * 100, "🗂️", "a" * 100_000]
    matrix = await embedder.embed(odd)
    assert np.isfinite(matrix).all()
    assert all(embedder.count_tokens(text) >= 0 for text in odd)


async def test_a_query_has_the_shape_of_a_passage(embedder: Embedder) -> None:
    query = await embedder.embed(["capital of Norway"], kind="query")
    assert query.shape == (1, embedder.dimensions)


async def test_longer_texts_count_more_tokens(embedder: Embedder) -> None:
    sentence = "Oslo is the capital of Norway. "
    assert 0 < embedder.count_tokens(sentence) < embedder.count_tokens(sentence * 10)
    assert embedder.count_tokens(sentence * 10) >= 60
    assert embedder.count_tokens("") <= 2


async def test_it_names_itself_and_answers_a_ping(embedder: Embedder) -> None:
    assert embedder.fingerprint and embedder.dimensions > 0 and embedder.max_tokens >= 128
    assert 0.0 <= embedder.profile.lexical_weight <= 1.0
    await embedder.ping()
