"""What Open WebUI asks, in its order and with its extra fields: models, a streamed chat, its title, tags, embeddings.

The bodies follow its routers openai.py and tasks.py and its retrieval's embedding call (versions 0.5 to 0.6).
"""

import json
from typing import Any

import httpx
import pytest

from tests.app.rag.openai_wire.serving import QUESTION, Served

HEADERS = {
    "Content-Type": "application/json",
    "X-OpenWebUI-User-Name": "Maria",
    "X-OpenWebUI-User-Id": "5b0c",
    "X-OpenWebUI-User-Email": "maria@example.com",
    "X-OpenWebUI-User-Role": "user",
    "X-OpenWebUI-Chat-Id": "c1",
}
TITLE = f"""### Task:
Generate a concise, 3-5 word title with an emoji summarizing the chat history.
### Guidelines:
- The title should clearly represent the main theme or subject of the conversation.
### Output:
JSON format: {{ "title": "your concise title here" }}
### Examples:
- {{ "title": "Stock Market Trends" }}
### Chat History:
<chat_history>
USER: {QUESTION}
ASSISTANT: Oslo is the capital of Norway. [1]
</chat_history>"""


def post(api: Served, path: str, body: dict[str, Any]) -> httpx.Response:
    answer = api.http.post(path, json=body, headers=HEADERS)
    assert answer.status_code == 200, answer.text
    return answer


def test_the_connection_is_verified_by_the_list_of_models(api: Served) -> None:
    listed = api.http.get("/v1/models", headers=HEADERS).json()
    assert listed["object"] == "list"
    assert {"rag", "rag-lite", "rag-pro"} <= {model["id"] for model in listed["data"]}
    refused = api.http.get("/v1/models", headers={"Authorization": "Bearer wrong"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (401, "invalid_api_key")


def test_a_chat_is_streamed_with_its_usage(api: Served) -> None:
    body = {
        "model": "rag",
        "stream": True,
        "stream_options": {"include_usage": True},
        "messages": [
            {"role": "system", "content": "You are a helpful assistant."},
            {"role": "user", "content": [{"type": "text", "text": QUESTION}]},
        ],
        "params": {},
        "features": {"web_search": False, "image_generation": False},
        "variables": {"{{USER_NAME}}": "Maria"},
        "session_id": "s1",
        "chat_id": "c1",
        "id": "m1",
        "background_tasks": {"title_generation": True},
        "temperature": 0.8,
        "frequency_penalty": 0,
        "tools": [],
    }
    answer = post(api, "/v1/chat/completions", body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    lines = [line.removeprefix("data: ") for line in answer.text.split("\n") if line.startswith("data: ")]
    assert lines[-1] == "[DONE]"
    chunks = [json.loads(line) for line in lines[:-1]]
    text = "".join(chunk["choices"][0]["delta"].get("content") or "" for chunk in chunks if chunk["choices"])
    assert text.startswith("Oslo is the capital of Norway. [1]")
    assert chunks[-1]["usage"]["total_tokens"] > 0


@pytest.mark.parametrize(
    ("wanted", "value"),
    [("title", "What is the capital of Norway?"), ("tags", []), ("follow_ups", []), ("queries", [])],
)
def test_its_own_chores_are_done_as_json_and_not_answered_from_documents(
    api: Served, wanted: str, value: Any
) -> None:
    prompt = TITLE.replace('"title"', f'"{wanted}"')
    body = {
        "model": "rag",
        "messages": [{"role": "user", "content": prompt}],
        "stream": False,
        "max_completion_tokens": 1000,
    }
    [choice] = post(api, "/v1/chat/completions", body).json()["choices"]
    assert json.loads(choice["message"]["content"]) == {wanted: value}


def test_texts_are_embedded_in_its_batches(api: Served) -> None:
    answer = post(api, "/v1/embeddings", {"input": ["one", "two"], "model": "wordllama"}).json()
    vectors = [element["embedding"] for element in answer["data"]]
    assert len(vectors) == 2 and all(isinstance(value, float) for value in vectors[0])
