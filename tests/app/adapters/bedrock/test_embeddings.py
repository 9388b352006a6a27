import asyncio

import numpy as np
import pytest

from app.adapters.bedrock import BedrockEmbedder
from app.kernel.errors import (
    BadInput,
    GenaiError,
    ProviderDenied,
    ProviderRejected,
    ProviderThrottled,
    ProviderUnavailable,
    SettingsError,
)
from tests.bedrock.replies import Fail, HangUp, Json, Reply
from tests.bedrock.server import BedrockServer, vector_of

pytestmark = pytest.mark.anyio


def _embedder(*, model: str = "", dimensions: int = 0) -> BedrockEmbedder:
    return BedrockEmbedder(model, region="us-east-1", dimensions=dimensions)


async def test_a_call_has_one_text_and_asks_for_unit_vectors_of_the_length_that_was_set(
    server: BedrockServer,
) -> None:
    vectors = await _embedder(dimensions=256).embed(["one", "two"])
    assert vectors.shape == (2, 256)
    bodies = sorted(
        (request["body"] for request in server.asked("InvokeModel")), key=lambda body: body["inputText"]
    )
    assert bodies == [{"inputText": text, "dimensions": 256, "normalize": True} for text in ("one", "two")]
    assert {request["modelId"] for request in server.asked("InvokeModel")} == {"amazon.titan-embed-text-v2:0"}


async def test_vectors_have_1024_numbers_where_nothing_is_set(server: BedrockServer) -> None:
    embedder = _embedder()
    assert (await embedder.embed(["x"])).shape == (1, 1024)
    assert embedder.dimensions == 1024 and embedder.fingerprint == "bedrock-amazon.titan-embed-text-v2:0-1024"


async def test_rows_keep_their_order_and_calls_their_bound(server: BedrockServer) -> None:
    server.pause_s = 0.01
    texts = [f"text {number}" for number in range(60)]
    vectors = await _embedder(dimensions=256).embed(texts)
    for text, row in zip(texts, vectors, strict=True):
        expected = np.array(vector_of(text, 256))
        assert np.allclose(row, expected / np.linalg.norm(expected), atol=1e-5)
    assert 1 < server.most_calls_at_once <= 8


async def test_calls_of_many_callers_share_one_bound(server: BedrockServer) -> None:
    server.pause_s = 0.01
    embedder = _embedder(dimensions=256)
    await asyncio.gather(*(embedder.embed([f"{caller} {text}" for text in range(5)]) for caller in range(10)))
    assert server.most_calls_at_once <= 8


@pytest.mark.parametrize("long", ["x" * 50_001, "a b " * 4_100, "文" * 6_000])
async def test_a_text_that_is_too_long_is_refused_before_any_call(server: BedrockServer, long: str) -> None:
    with pytest.raises(BadInput, match="too long for Titan"):
        await _embedder().embed(["short", long])
    assert server.requests == []


async def test_blank_texts_are_not_sent(server: BedrockServer) -> None:
    vectors = await _embedder().embed(["", "a", " \n"])
    assert not vectors[0].any() and vectors[1].any() and not vectors[2].any()
    assert len(server.requests) == 1


FAILURES: dict[str, tuple[Reply, type[GenaiError]]] = {
    "throttled": (Fail("ThrottlingException"), ProviderThrottled),
    "denied": (Fail("AccessDeniedException"), ProviderDenied),
    "500": (Fail("InternalServerException"), ProviderUnavailable),
    "hang up": (HangUp(), ProviderUnavailable),
    "no JSON": (Json(b"<html>"), ProviderUnavailable),
    "no vector": (Json(b"{}"), ProviderUnavailable),
    "too short": (Json(b'{"embedding": [0.1, 0.2]}'), ProviderRejected),
    "nothing but zeros": (Json(b'{"embedding": [%s]}' % b", ".join([b"0"] * 1024)), ProviderRejected),
    "not a number": (Json(b'{"embedding": [%s]}' % b", ".join([b"NaN"] * 1024)), ProviderRejected),
}


@pytest.mark.parametrize(("reply", "kind"), FAILURES.values(), ids=FAILURES)
async def test_a_failure_is_one_of_ours_after_one_attempt(
    server: BedrockServer, reply: Reply, kind: type[GenaiError]
) -> None:
    server.script(reply)
    with pytest.raises(kind):
        await _embedder().embed(["x"])
    assert len(server.requests) == 1


async def test_after_a_failure_the_texts_that_wait_are_not_sent(server: BedrockServer) -> None:
    server.pause_s = 0.02
    server.script(Fail("ThrottlingException"))
    with pytest.raises(ProviderThrottled):
        await _embedder().embed([f"text {number}" for number in range(100)])
    await asyncio.sleep(0.2)
    assert len(server.requests) < 30


@pytest.mark.parametrize(
    ("model", "dimensions", "named"),
    [("cohere.embed-english-v3", 0, "GENAI_EMBEDDER_MODEL"), ("", 768, "GENAI_EMBEDDER_DIMENSIONS")],
)
def test_what_titan_cannot_do_is_told_at_the_start(
    server: BedrockServer, model: str, dimensions: int, named: str
) -> None:
    with pytest.raises(SettingsError, match=named):
        _embedder(model=model, dimensions=dimensions)


async def test_it_answers_a_ping(server: BedrockServer) -> None:
    await _embedder().ping()
    assert [request.operation for request in server.requests] == ["ListAsyncInvokes"]
