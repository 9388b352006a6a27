"""What a caller does and checks again and again: bring in, ask, search, open a citation, see a delete to its end."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import httpx

from tests.app.rag.running import upload_body
from tests.journeys.deployment import until


def word() -> str:
    """One that no other text has."""
    return f"w{uuid4().hex[:12]}"


def bring_in(http: httpx.Client, content: str | bytes, *, filename: str, **body: Any) -> dict[str, Any]:
    answer = http.post("/upload?wait=90", json=upload_body(content, filename=filename, **body))
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def replaced(http: httpx.Client, document_id: str, content: str | bytes) -> httpx.Response:
    body = upload_body(content)
    del body["filename"]
    return http.put(f"/v1/documents/{document_id}?wait=90", json=body)


def ask(http: httpx.Client, question: str, **body: Any) -> dict[str, Any]:
    answer = http.post("/query", json={"question": question, **body})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def hits(http: httpx.Client, query: str, **body: Any) -> list[dict[str, Any]]:
    answer = http.post("/v1/retrieval", json={"query": query, "mode": "lexical", "limit": 100, **body})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["results"]
    return found


def found_in(http: httpx.Client, query: str, **body: Any) -> set[str]:
    """Documents."""
    return {hit["document_id"] for hit in hits(http, query, **body)}


def got(http: httpx.Client, path: str) -> dict[str, Any]:
    answer = http.get(path)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def opens_at_its_place(http: httpx.Client, citation: dict[str, Any]) -> bool:
    document = got(http, f"/v1/documents/{citation['document_id']}/text")
    quoted = document["text"][citation["start"] : citation["end"]]
    return bool(
        citation["verified"] and document["version"] == citation["version"] and quoted == citation["quote"]
    )


def ended(http: httpx.Client, job_id: str) -> dict[str, Any]:
    until(lambda: got(http, f"/v1/jobs/{job_id}")["status"] not in ("queued", "running"))
    return got(http, f"/v1/jobs/{job_id}")


def residue(http: httpx.Client, document_id: str) -> dict[str, Any]:
    return got(http, f"/v1/documents/{document_id}/residue")


@contextmanager
def looking_on(*looks: Any) -> Iterator[list[int]]:
    """Each look is repeated in a thread of its own all the while; the first that fails is raised at the end.

    Yields how often each looked.
    """
    counts, failures, done = [0] * len(looks), [], threading.Event()

    def repeat(number: int) -> None:
        try:
            while not done.is_set():
                looks[number]()
                counts[number] += 1
                done.wait(0.1)
        except BaseException as error:  # noqa: BLE001 - told by the thread that can
            failures.append(error)

    threads = [threading.Thread(target=repeat, args=(number,)) for number in range(len(looks))]
    for thread in threads:
        thread.start()
    try:
        yield counts
    finally:
        done.set()
        for thread in threads:
            thread.join()
    if failures:
        raise failures[0]
