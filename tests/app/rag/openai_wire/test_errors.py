"""Errors of the wire are typed by the official client; our own routes keep RFC 9457."""

from typing import Any

import openai
import pytest

from tests.app.rag.openai_wire.serving import QUESTION, Served

ASKED: list[Any] = [{"role": "user", "content": QUESTION}]


def test_a_wrong_key_is_an_authentication_error(api: Served) -> None:
    with pytest.raises(openai.AuthenticationError) as error:
        api.connect("wrong").models.list()
    assert error.value.code == "invalid_api_key"
    assert "wrong" not in error.value.message


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/assistants", 404),
        ("POST", "/v1/responses", 404),
        ("DELETE", "/v1/models/x/y/z", 405),
        ("GET", "/v1", 404),
        ("GET", "/v1/chat/completions", 405),
        ("GET", "/v1/vector_stores/vs_none", 404),
        ("GET", "/v1/files?limit=0", 400),
    ],
)
def test_every_route_below_v1_that_is_not_ours_has_openais_shape(
    api: Served, method: str, path: str, status: int
) -> None:
    answer = api.http.request(method, path)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"message", "type", "param", "code"}
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "path", ["/v1/documents/doc_none", "/v1/jobs/job_none", "/v1/documents?limit=0", "/nothing"]
)
def test_our_own_routes_keep_their_problems(api: Served, path: str) -> None:
    answer = api.http.get(path)
    assert answer.headers["content-type"] == "application/problem+json"
    assert {"title", "status", "code", "detail", "request_id"} <= set(answer.json())


def test_a_body_that_is_no_json_or_too_large_is_told_in_openais_words(api: Served) -> None:
    headers = {"Content-Type": "application/json"}
    broken = api.http.post("/v1/chat/completions", content=b"{", headers=headers)
    assert (broken.status_code, broken.json()["error"]["type"]) == (400, "invalid_request_error")
    large = api.http.post("/v1/embeddings", content=b"x" * 2_100_000, headers=headers)
    assert (large.status_code, large.json()["error"]["code"]) == (413, "body_too_large")


def test_a_request_id_of_the_callers_own_comes_back(api: Served) -> None:
    answer = api.client.models.with_raw_response.list(extra_headers={"X-Request-Id": "mine-1"})
    assert answer.headers["x-request-id"] == "mine-1"


@pytest.mark.parametrize("status", [429, 503, 500])
def test_the_clients_own_retries_bring_the_answer(api: Served, status: int) -> None:
    api.injected.queue = [(status, {"retry-after": "1", "content-type": "application/json"})] * 2
    api.injected.paths.clear()
    patient = api.connect("key-of-acme", max_retries=2)
    answer = patient.chat.completions.create(model="rag", messages=ASKED)
    assert "Oslo" in (answer.choices[0].message.content or "")
    assert api.injected.paths == ["POST /v1/chat/completions"] * 3


def test_a_client_without_retries_gets_the_typed_error(api: Served) -> None:
    for status, kind in ((429, openai.RateLimitError), (503, openai.InternalServerError)):
        api.injected.queue = [(status, {"content-type": "application/json"})]
        with pytest.raises(kind):
            api.client.models.list()
