import base64
import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr
from tokenizers import Tokenizer

from app.adapters.openai_compatible import OpenAIEmbedder
from app.kernel.errors import GenaiError, ProviderRejected, ProviderThrottled, ProviderUnavailable
from tests.app.adapters.openai_compatible.conftest import Opened
from tests.wire.replies import Body, Status
from tests.wire.server import WireServer, vector_of

pytestmark = pytest.mark.anyio

SHARED = Path(__file__).parents[5] / "shared"


def _embedder(server: WireServer, opened: Opened, **options: Any) -> OpenAIEmbedder:
    options = {"dimensions": 8} | options
    embedder = OpenAIEmbedder(server.url, model="tiny-embed", key=SecretStr("key"), **options)
    opened.append(embedder)
    return embedder


def _unit(text: str, length: int = 8) -> "np.ndarray[Any, np.dtype[np.float32]]":
    vector = np.array(vector_of(text, length), dtype=np.float32)
    return vector / np.linalg.norm(vector)


@pytest.mark.parametrize("floats_only", [False, True], ids=["base64", "floats"])
@pytest.mark.parametrize("backwards", [False, True])
async def test_vectors_are_unit_rows_in_the_order_of_the_texts(
    server: WireServer, opened: Opened, floats_only: bool, backwards: bool
) -> None:
    server.floats_only, server.reversed_embeddings = floats_only, backwards
    texts = [f"text {number}" for number in range(100)]
    matrix = await _embedder(server, opened).embed(texts)
    assert matrix.shape == (100, 8) and matrix.dtype == np.float32
    np.testing.assert_allclose(matrix, np.stack([_unit(text) for text in texts]), atol=1e-6)


async def test_batches_stay_within_what_servers_take(server: WireServer, opened: Opened) -> None:
    texts = [f"{number} " + "x" * (30_000 if number < 4 else 10) for number in range(70)]
    await _embedder(server, opened, max_tokens=1_000_000).embed(texts)
    batches = [body["input"] for body in server.asked("/v1/embeddings")]
    assert sorted(text for batch in batches for text in batch) == sorted(texts)
    assert all(len(batch) <= 32 for batch in batches)
    assert all(len(batch) == 1 or sum(map(len, batch)) <= 60_000 for batch in batches)
    assert len(batches) <= 6


async def test_blank_texts_are_zero_rows_and_are_not_sent(server: WireServer, opened: Opened) -> None:
    matrix = await _embedder(server, opened).embed(["", "a", " \n\t", "b"])
    assert not matrix[0].any() and not matrix[2].any()
    np.testing.assert_allclose(matrix[3], _unit("b"), atol=1e-6)
    assert server.asked("/v1/embeddings")[0]["input"] == ["a", "b"]


async def test_no_texts_ask_nothing(server: WireServer, opened: Opened) -> None:
    assert (await _embedder(server, opened).embed([])).shape == (0, 8)
    assert (await _embedder(server, opened).embed(["", " "])).shape == (2, 8)
    assert server.requests == []


async def test_a_model_that_is_longer_by_default_is_asked_for_the_length_that_was_set(
    server: WireServer, opened: Opened
) -> None:
    server.dimensions = 16
    embedder = _embedder(server, opened, dimensions=8)
    np.testing.assert_allclose((await embedder.embed(["a"]))[0], _unit("a"), atol=1e-6)
    await embedder.embed(["b"])
    assert [body.get("dimensions") for body in server.asked("/v1/embeddings")] == [None, 8, 8]


async def test_a_model_of_another_length_is_refused_with_the_setting_to_correct(
    server: WireServer, opened: Opened
) -> None:
    with pytest.raises(ProviderRejected, match=r"8 numbers, not 12; correct GENAI_EMBEDDER_DIMENSIONS"):
        await _embedder(server, opened, dimensions=12).embed(["a"])


async def test_a_server_that_knows_no_encodings_is_asked_without(server: WireServer, opened: Opened) -> None:
    server.refused_fields = {"encoding_format"}
    server.floats_only = True
    matrix = await _embedder(server, opened).embed(["a"])
    np.testing.assert_allclose(matrix[0], _unit("a"), atol=1e-6)


def _answer(*data: Any) -> Body:
    return Body(json.dumps({"data": list(data)}).encode())


def _item(index: Any, embedding: Any) -> dict[str, Any]:
    return {"index": index, "embedding": embedding}


VECTOR = [1.0] * 8
BROKEN: dict[str, Body] = {
    "too few": _answer(_item(0, VECTOR)),
    "too many": _answer(*(_item(place, VECTOR) for place in range(3))),
    "one index twice": _answer(_item(0, VECTOR), _item(0, VECTOR)),
    "index is text": _answer(_item("0", VECTOR), _item("1", VECTOR)),
    "no embedding": _answer({"index": 0}, {"index": 1}),
    "null in a vector": _answer(_item(0, VECTOR), _item(1, [None] * 8)),
    "a number beyond all floats": _answer(_item(0, VECTOR), _item(1, [10**400] * 8)),
    "nested": _answer(_item(0, VECTOR), _item(1, [VECTOR])),
    "not base64": _answer(_item(0, "!!!!"), _item(1, "????")),
    "half a float": _answer(*(_item(place, base64.b64encode(b"12345").decode()) for place in range(2))),
    "not finite": _answer(
        *(
            _item(place, base64.b64encode(struct.pack("<8f", *[float("nan")] * 8)).decode())
            for place in range(2)
        )
    ),
    "different lengths": _answer(_item(0, VECTOR), _item(1, [1.0] * 7)),
}


@pytest.mark.parametrize("broken", BROKEN.values(), ids=BROKEN)
async def test_a_broken_answer_is_a_failure_that_may_pass(
    server: WireServer, opened: Opened, broken: Body
) -> None:
    embedder = _embedder(server, opened)
    server.script(broken)
    with pytest.raises(ProviderUnavailable):
        await embedder.embed(["a", "b"])
    np.testing.assert_allclose((await embedder.embed(["a", "b"]))[1], _unit("b"), atol=1e-6)


@pytest.mark.parametrize("body", [Body(b"[]"), Body(b"not json"), Body(b"<html>", "text/html")])
async def test_something_that_is_not_the_protocol_is_rejected(
    server: WireServer, opened: Opened, body: Body
) -> None:
    server.script(body)
    with pytest.raises(ProviderRejected):
        await _embedder(server, opened).embed(["a"])


async def test_throttling_is_told_with_its_pause_and_errors_hold_no_text(
    server: WireServer, opened: Opened
) -> None:
    server.script(Status(429, headers={"Retry-After": "3"}))
    with pytest.raises(ProviderThrottled) as throttled:
        await _embedder(server, opened).embed(["a"])
    assert throttled.value.retry_after_s == 3.0
    server.script(Status(400, message="The secret text", code="The secret text"))
    with pytest.raises(GenaiError) as raised:
        await _embedder(server, opened).embed(["The secret text"])
    assert "secret" not in raised.value.detail


async def test_a_long_text_is_cut_at_the_limit_and_keeps_its_beginning(
    server: WireServer, opened: Opened
) -> None:
    embedder = _embedder(server, opened, max_tokens=50)
    text = "word after word " * 200
    await embedder.embed([text, "x" * 9_000, "文" * 500])
    for given, sent in zip(
        (text, "x" * 9_000, "文" * 500), server.asked("/v1/embeddings")[0]["input"], strict=True
    ):
        assert given.startswith(sent) and 0 < len(sent) <= 400


async def test_half_a_surrogate_pair_is_sent_as_a_question_mark(server: WireServer, opened: Opened) -> None:
    await _embedder(server, opened).embed(["broken \ud800 text"])
    assert server.asked("/v1/embeddings")[0]["input"] == ["broken ? text"]


def test_two_models_or_lengths_have_different_fingerprints() -> None:
    prints = {
        OpenAIEmbedder("http://127.0.0.1:9/v1", model=model, dimensions=dimensions).fingerprint
        for model in ("a", "b")
        for dimensions in (8, 16)
    }
    assert len(prints) == 4


@pytest.mark.parametrize("name", ["squad", "scifact", "cranfield"])
def test_tokens_are_counted_from_above_but_not_wildly(name: str, server: WireServer) -> None:
    corpus, model = (
        SHARED / "data/retrieval" / name / "corpus.jsonl",
        SHARED / "models/minilm-l6-int8/tokenizer.json",
    )
    if not (corpus.exists() and model.exists()):
        pytest.skip("../shared/data and ../shared/models are not here; it is measured where they are")
    tokenizer = Tokenizer.from_file(str(model))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    embedder = OpenAIEmbedder(server.url, model="tiny-embed", dimensions=8)
    texts = [json.loads(line)["text"] for line in corpus.read_text(encoding="utf-8").splitlines()[:300]]
    ratios = sorted(
        embedder.count_tokens(text) / len(tokenizer.encode(text).ids) for text in texts if text.strip()
    )
    assert ratios[0] > 0.95 and sum(ratio < 1 for ratio in ratios) <= 3
    assert ratios[len(ratios) // 2] < 1.7
