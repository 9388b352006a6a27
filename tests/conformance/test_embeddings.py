"""What every embedder must do, whichever it is."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from app.adapters.bedrock import BedrockEmbedder
from app.adapters.embedded.minilm import MiniLmEmbedder
from app.adapters.embedded.wordllama import WordLlamaEmbedder
from app.kernel.ports.embeddings import Embedder
from tests.bedrock.environment import bedrock_in_environment
from tests.bedrock.server import vector_of
from tests.evals.datasets import minilm_folder

pytestmark = pytest.mark.anyio


def _minilm() -> Embedder:
    folder = minilm_folder()
    if folder is None:
        pytest.skip("no MiniLM model is here; set GENAI_MODEL_DIR")
    return MiniLmEmbedder(folder, threads=2)


@pytest.fixture(scope="module")
def bedrock() -> Iterator[None]:
    """Titan at the server of our own, with the meanings of wordllama."""
    words = WordLlamaEmbedder()

    def vector(text: str, length: int) -> list[float]:
        meaning = asyncio.run(words.embed([text]))[0].tolist()
        noise = [0.05 * number for number in vector_of(text, length)]
        return [one + (meaning[place] if place < len(meaning) else 0.0) for place, one in enumerate(noise)]

    with bedrock_in_environment() as server:
        memory: dict[tuple[str, int], list[float]] = {}

        def remembered(text: str, length: int) -> list[float]:
            if (text, length) not in memory:
                with ThreadPoolExecutor(1) as apart:  # the server's thread has a loop of its own
                    memory[text, length] = apart.submit(vector, text, length).result()
            return memory[text, length]

        server.vector = remembered
        yield


def _titan() -> Embedder:
    return BedrockEmbedder("", region="us-east-1", dimensions=512)


@pytest.fixture(params=["wordllama", "minilm", "titan"])
def embedder(request: pytest.FixtureRequest, bedrock: None) -> Iterator[Embedder]:
    yield {"wordllama": WordLlamaEmbedder, "minilm": _minilm, "titan": _titan}[request.param]()


async def test_vectors_have_the_promised_shape_and_length(embedder: Embedder) -> None:
    texts = ["A cat sat on the mat.", "Le chat est assis.", "x", "word " * 3_000]
    vectors = await embedder.embed(texts)
    assert vectors.shape == (4, embedder.dimensions) and vectors.dtype == np.float32
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)


@pytest.mark.parametrize("blank", ["", " ", "\n\t  "])
async def test_a_text_without_words_gives_a_zero_row_among_others(embedder: Embedder, blank: str) -> None:
    vectors = await embedder.embed(["a cat", blank, "a dog"])
    assert not vectors[1].any()
    assert np.isfinite(vectors).all() and vectors[0].any() and vectors[2].any()


async def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert (await embedder.embed([])).shape == (0, embedder.dimensions)


async def test_rows_come_in_the_order_of_the_texts_whatever_their_length(embedder: Embedder) -> None:
    texts = [f"passage about topic {number} " * (1 + number * 7 % 11) for number in range(40)]
    together = await embedder.embed(texts)
    alone = np.vstack([await embedder.embed([text]) for text in texts])
    assert np.allclose(together, alone, atol=1e-5)


async def test_a_text_has_the_same_vector_whatever_its_neighbours(embedder: Embedder) -> None:
    text = "The mitochondrion is the powerhouse of the cell."
    [alone] = await embedder.embed([text])
    among = await embedder.embed(["short", "a much longer text " * 40, text])
    assert np.allclose(alone, among[2], atol=1e-5)


async def test_meaning_is_nearer_than_noise(embedder: Embedder) -> None:
    [question] = await embedder.embed(["how do I cook pasta"], kind="query")
    near, far = await embedder.embed(["Boil noodles in salted water.", "The treaty was signed in 1648."])
    assert question @ near > question @ far + 0.1


async def test_many_callers_at_once_get_their_own_vectors(embedder: Embedder) -> None:
    texts = [f"question number {number} about rivers" for number in range(24)]
    found = await asyncio.gather(*(embedder.embed([text], kind="query") for text in texts))
    expected = await embedder.embed(texts, kind="query")
    assert np.allclose(np.vstack(found), expected, atol=1e-5)


async def test_tokens_are_counted_and_grow_with_the_text(embedder: Embedder) -> None:
    assert embedder.count_tokens("") == 0
    assert 1 <= embedder.count_tokens("cat") < embedder.count_tokens("cat " * 10)
    assert embedder.count_tokens("word " * 5_000) >= 5_000
    assert embedder.max_tokens > 0


async def test_strange_characters_do_no_harm(embedder: Embedder) -> None:
    vectors = await embedder.embed(["\x00\ufffd", "🍎" * 50, "مرحبا بالعالم", "𝔘𝔫𝔦", "a" * 10_000])
    assert np.isfinite(vectors).all()


async def test_the_fingerprint_is_stable_and_the_embedder_answers(embedder: Embedder) -> None:
    assert embedder.fingerprint == embedder.fingerprint and embedder.fingerprint.isprintable()
    await embedder.ping()
