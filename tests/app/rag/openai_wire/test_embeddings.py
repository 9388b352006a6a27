"""Embeddings with the official client, in both encodings, and the bounds."""

import base64
from typing import Any

import numpy as np
import openai
import pytest

from tests.app.rag.openai_wire.serving import Served

TEXTS = ["Oslo lies at a fjord.", "Trains are slow.", "Oslo lies at a fjord."]


def test_vectors_come_in_the_order_of_the_texts_and_have_length_one(api: Served) -> None:
    answer = api.client.embeddings.create(model="wordllama", input=TEXTS)
    assert [one.index for one in answer.data] == [0, 1, 2]
    vectors = np.array([one.embedding for one in answer.data])
    assert vectors.shape == (3, 256)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-3)
    assert np.array_equal(vectors[0], vectors[2]) and not np.allclose(vectors[0], vectors[1])
    assert answer.usage.prompt_tokens == answer.usage.total_tokens > 0


def test_base64_is_the_same_numbers_as_little_endian_floats(api: Served) -> None:
    given = {"model": "wordllama", "input": TEXTS[0]}
    [floats] = api.http.post("/v1/embeddings", json=given).json()["data"]
    [packed] = api.http.post("/v1/embeddings", json={**given, "encoding_format": "base64"}).json()["data"]
    unpacked = np.frombuffer(base64.b64decode(packed["embedding"]), dtype="<f4")
    assert np.array_equal(unpacked, np.array(floats["embedding"], dtype=np.float32))
    # The official client asks for base64 of its own accord and unpacks it.
    [through_client] = api.client.embeddings.create(model="wordllama", input=TEXTS[0]).data
    assert np.allclose(through_client.embedding, floats["embedding"])


def test_nothing_of_a_long_text_is_cut_off(api: Served) -> None:
    beginning = "The report tells of trains. " * 250
    ends = ["It closes with a recipe for bread and butter. " * 40, "It closes with a war at sea. " * 60]
    answer = api.client.embeddings.create(model="wordllama", input=[beginning + end for end in ends])
    first, second = (np.array(one.embedding) for one in answer.data)
    assert first @ second < 0.999


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"input": []}, "input"),
        ({"input": ""}, "input"),
        ({"input": ["a", ""]}, "input"),
        ({"input": [1, 2, 3]}, "input"),
        ({"input": [[1, 2], [3]]}, "input"),
        ({"input": ["a"] * 2_049}, "input"),
        ({"input": "word " * 20_000}, "input"),
        ({"input": "x" * 900_000}, "input"),
        ({"input": ["word " * 8_000] * 40}, "input"),
        ({"input": "a", "dimensions": 64}, "dimensions"),
        ({"input": "a", "encoding_format": "int8"}, "encoding_format"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_embedded_is_refused_by_name(api: Served, given: dict[str, Any], param: str) -> None:
    with pytest.raises(openai.BadRequestError) as error:
        api.client.embeddings.create(**{"model": "wordllama", "encoding_format": "float", **given})
    assert error.value.param == param


def test_the_dimensions_it_has_may_be_asked_for_and_other_models_are_not_found(api: Served) -> None:
    answer = api.client.embeddings.create(model="wordllama", input=["a"] * 2_048, dimensions=256)
    assert len(answer.data) == 2_048
    with pytest.raises(openai.NotFoundError):
        api.client.embeddings.create(model="text-embedding-3-small", input="a")
