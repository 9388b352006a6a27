"""The official OpenAI client against a whole service, with only its address changed."""

from collections.abc import Iterator

import openai
import pytest
from openai import OpenAI

from tests.app.rag.openai_wire.serving import NORWAY, QUESTION, TRAINS
from tests.processes.service import Service, started

KEY = "key-of-acme"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with started(
        tmp_path_factory.mktemp("openai"),
        GENAI_API_KEYS=f"acme:{KEY},narrow:key-of-narrow",
        GENAI_WORKERS="2",
        GENAI_REQUESTS_PER_MINUTE="60",
        GENAI_TOKENS_PER_MINUTE="2000",
    ) as running:
        yield running


def connect(service: Service, key: str = KEY) -> OpenAI:
    return OpenAI(base_url=f"{service.url}/v1", api_key=key, timeout=60)


def test_files_a_store_a_search_and_a_streamed_cited_answer(service: Service) -> None:
    client = connect(service)
    store = client.vector_stores.create(name="handbook")
    batch = client.vector_stores.file_batches.upload_and_poll(
        store.id, files=[("norway.txt", NORWAY.encode()), ("trains.md", f"# Travel\n\n{TRAINS}".encode())]
    )
    assert (batch.status, batch.file_counts.completed) == ("completed", 2)
    [first, *_] = client.vector_stores.search(store.id, query="Which class do trains have?")
    assert first.filename == "trains.md"
    text, annotations, finish = "", [], None
    for chunk in client.chat.completions.create(
        model="rag", messages=[{"role": "user", "content": QUESTION}], stream=True
    ):
        [choice] = chunk.choices
        text += choice.delta.content or ""
        annotations += choice.delta.model_dump().get("annotations") or []
        finish = choice.finish_reason or finish
    assert text.startswith("Oslo is the capital of Norway. [1]") and finish == "stop"
    [citation] = [one for one in annotations if one["number"] == 1]
    assert NORWAY[citation["start"] : citation["end"]] == citation["quote"]
    content = client.files.content(citation["file_id"]).read()
    assert content == NORWAY.encode()


def test_each_answer_says_what_is_left_and_who_used_up_its_minute_has_to_wait(service: Service) -> None:
    client = connect(service, "key-of-narrow").with_options(max_retries=0)
    first = client.embeddings.with_raw_response.create(model="wordllama", input="word " * 600)
    assert first.headers["x-ratelimit-limit-requests"] == "60"
    assert first.headers["x-ratelimit-limit-tokens"] == "2000"
    used = first.parse().usage.total_tokens
    assert int(first.headers["x-ratelimit-remaining-tokens"]) == 2000 - used
    with pytest.raises(openai.RateLimitError) as error:
        for _ in range(20):
            client.embeddings.create(model="wordllama", input="word " * 600)
    assert error.value.code == "rate_limit_exceeded" and error.value.type == "rate_limit_error"
    assert 1 <= int(error.value.response.headers["retry-after"]) <= 60
    assert error.value.response.headers["x-ratelimit-remaining-tokens"] == "0"
    assert connect(service).models.list().data, "Another key has a budget of its own."
