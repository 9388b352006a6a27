"""What everybody does with the service over HTTP, whatever its stores are: the same journeys for each.

tests/engines/test_vendors.py walks them on two replicas, a worker and a real OpenSearch.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from openai import OpenAI

from tests.app.rag.reading.papers import docx_of
from tests.app.rag.running import events_of, upload_body
from tests.journeys.deployment import Deployment, alone, deployed
from tests.journeys.pdfs import pdf
from tests.journeys.questions import (
    ask,
    bring_in,
    ended,
    found_in,
    got,
    hits,
    looking_on,
    opens_at_its_place,
    replaced,
    residue,
    word,
)
from tests.journeys.stores import aws_stores

HERON = (
    "The maximum payload of the Heron drone is 4.5 kilograms. "
    "The Heron drone must not fly in winds above 38 kilometres per hour."
)


@pytest.fixture(scope="module", params=["embedded", "aws"])
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Everything on one machine; its documents, states and jobs on it as well, or in AWS."""
    folder = tmp_path_factory.mktemp(request.param)
    with ExitStack() as stack:
        stores = stack.enter_context(aws_stores()) if request.param == "aws" else {}
        yield stack.enter_context(deployed(alone(folder, **stores)))


def _manual(kind: str) -> bytes:
    """A page or a section before the one that matters, so that a citation has a place to miss."""
    before = "Chapters about the warehouse come first and say nothing of use."
    sentence = "The boiler of the ferry Aurora holds 730 litres of water."
    if kind == "pdf":
        return pdf([[before], [sentence]])
    if kind == "md":
        return f"# Warehouse\n\n{before}\n\n# Aurora\n\n{sentence}\n".encode()

    def write(document: Any) -> None:
        document.add_heading("Warehouse", 1)
        document.add_paragraph(before)
        document.add_heading("Aurora", 1)
        document.add_paragraph(sentence)

    return docx_of(write)


@pytest.mark.parametrize("kind", ["pdf", "docx", "md"])
def test_an_answer_cites_the_place_where_it_stands_in_the_file(service: Deployment, kind: str) -> None:
    taken = bring_in(service.http(0), _manual(kind), filename=f"aurora.{kind}", metadata={"kind": kind})
    for http in service.everywhere():
        answer = ask(http, "How much water does the boiler of the Aurora hold?", filters={"kind": kind})
        assert "730 litres" in answer["answer"] and not answer["abstained"]
        citation = answer["citations"][0]
        assert (citation["document_id"], citation["filename"]) == (taken["document_id"], f"aurora.{kind}")
        assert citation["page"] == (2 if kind == "pdf" else None)
        assert opens_at_its_place(http, citation)


def test_a_new_version_is_at_once_the_only_one_that_anybody_sees(service: Deployment) -> None:
    mark = word()
    first = bring_in(service.http(0), f"The {mark} leaves at seven.", filename=f"{mark}.md")["document_id"]
    assert all(found_in(http, mark) == {first} for http in service.everywhere())

    def look(http: Any) -> None:
        texts = {hit["text"] for hit in hits(http, mark)}
        assert len(texts) == 1, texts  # never none, never both

    with looking_on(*(partial(_with_own_client, service, number, look) for number in range(2))):
        answer = replaced(service.http(1), first, f"The {mark} leaves at nine.")
        assert answer.status_code == 200, answer.text
        for http in service.everywhere():
            assert [hit["text"] for hit in hits(http, mark)] == [f"The {mark} leaves at nine."]
    for http in service.everywhere():
        document = got(http, f"/v1/documents/{first}")
        assert (document["version"], document["status"]) == (2, "ready")
        assert got(http, f"/v1/documents/{first}/text")["text"].strip() == f"The {mark} leaves at nine."
        [chunk] = got(http, f"/v1/documents/{first}/chunks")["chunks"]
        assert chunk["text"] == f"The {mark} leaves at nine."
        citation = ask(http, f"When does the {mark} leave?", filters={"document_id": first})["citations"][0]
        assert citation["version"] == 2 and opens_at_its_place(http, citation)


def _with_own_client(service: Deployment, replica: int, look: Any) -> None:
    look(service.http(replica))


def test_a_new_description_is_at_once_what_filters_go_by(service: Deployment) -> None:
    mark, old, new = word(), word(), word()
    taken = bring_in(
        service.http(0), f"Rules of {mark}.", filename=f"{mark}.md", metadata={"team": old, "year": 2024}
    )
    document_id = taken["document_id"]
    told = service.http(1).put(
        f"/v1/documents/{document_id}",
        json={"filename": f"{new}.md", "metadata": {"team": new, "year": 2025}},
    )
    assert told.status_code == 200, told.text
    for http in service.everywhere():
        assert found_in(http, mark, filters={"team": new, "year": {"gte": 2025}}) == {document_id}
        assert found_in(http, mark, filters={"team": old}) == set()
        document = got(http, f"/v1/documents/{document_id}")
        assert (document["filename"], document["version"]) == (f"{new}.md", 1)


def test_what_is_deleted_is_unseen_at_once_and_then_gone_from_every_store(service: Deployment) -> None:
    mark = word()
    taken = bring_in(service.http(0), f"The {mark} lighthouse has 211 steps.", filename=f"{mark}.md")
    document_id = taken["document_id"]
    replaced(service.http(0), document_id, f"The {mark} lighthouse has 212 steps.")
    question = f"How many steps does the {mark} lighthouse have?"
    said = ask(service.http(1), question, session_id=mark, filters={"document_id": document_id})
    assert "212" in said["answer"]
    before = residue(service.http(1), document_id)
    assert min(before["objects"], before["records"], before["index"], before["conversations"]) > 0
    asked = service.http(0).delete(f"/v1/documents/{document_id}?wait=0")
    assert asked.status_code in (200, 202)
    for http in service.everywhere():
        assert document_id not in found_in(http, mark)
        assert mark not in ask(http, question)["answer"]
    assert ended(service.http(1), asked.json()["job_id"])["status"] == "done"
    for http in service.everywhere():
        left = residue(http, document_id)
        assert left["tombstone"] and {
            name: count for name, count in left.items() if name not in ("document_id", "tombstone")
        } == dict.fromkeys(("objects", "records", "index", "caches", "conversations", "total"), 0)
        assert http.get(f"/v1/documents/{document_id}").status_code == 404
        assert http.get(f"/v1/documents/{document_id}/text").status_code == 404
        assert mark not in str(got(http, f"/v1/conversations/{mark}")["items"][0]["answer"])


def test_the_same_bytes_are_one_document_whoever_is_asked_and_however_many_at_once(
    service: Deployment,
) -> None:
    mark = word()
    body = upload_body(f"Only once: {mark}.", filename=f"{mark}.txt")

    def send(number: int) -> dict[str, Any]:
        answer = service.http(number).post("/upload?wait=90", json=body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(send, range(4)))
    [document_id] = {answer["document_id"] for answer in answers}
    assert send(1)["duplicate_of"] == document_id
    for http in service.everywhere():
        assert [hit["document_id"] for hit in hits(http, mark)] == [document_id]


def test_jobs_can_be_listed_followed_cancelled_and_tried_again(service: Deployment) -> None:
    here, there = service.http(0), service.http(1)
    mark = word()
    with service.nobody_ingests():
        taken = here.post("/upload", json=upload_body(f"Waits: {mark}.", filename=f"{mark}.txt"))
        assert taken.status_code == 202, taken.text
        job_id, document_id = taken.json()["job_id"], taken.json()["document_id"]
        [listed] = got(there, f"/v1/jobs?document_id={document_id}")["jobs"]
        assert (listed["job_id"], listed["status"]) == (job_id, "queued")
        assert there.post(f"/v1/jobs/{job_id}/cancel").json()["status"] == "cancelled"
        assert got(here, f"/v1/documents/{document_id}")["status"] == "failed"
        assert here.post(f"/v1/jobs/{job_id}/cancel").status_code == 409
        again = here.post(f"/v1/jobs/{job_id}/retry")
        assert (again.status_code, again.json()["status"]) == (202, "queued"), again.text
    with there.stream("GET", f"/v1/jobs/{job_id}/events") as stream:
        events = events_of("".join(stream.iter_text()))
    assert events[-1][0] == "done" and {name for name, _ in events[:-1]} <= {"progress", ""}
    assert found_in(there, mark) == {document_id}


def test_a_file_that_cannot_be_read_says_so_to_who_waits_and_in_its_job(service: Deployment) -> None:
    body = upload_body(b"%PDF-1.4\nnot a page of it " + word().encode(), filename="broken.pdf")
    answer = service.http(0).post("/upload?wait=90", json=body)
    assert answer.status_code == 422, answer.text
    [document] = [
        one for one in got(service.http(1), "/v1/documents?order=newest")["documents"]
        if one["filename"] == "broken.pdf"
    ]  # fmt: skip
    job = got(service.http(1), f"/v1/jobs/{document['job_id']}")
    assert (job["status"], job["error"]["code"]) == ("failed", answer.json()["code"])
    assert service.http(0).delete(f"/v1/documents/{document['document_id']}?wait=90").status_code == 200


def test_a_folder_is_imported_once_kept_in_step_and_pruned(service: Deployment, tmp_path: Path) -> None:
    mark, folder = word(), tmp_path / word()
    folder.mkdir()
    for name in ("alpha", "beta"):
        (folder / f"{name}.md").write_text(f"# {name}\n\n{name} rests with {mark}.\n")
    first = service.tool("import", str(folder), "--metadata", f"mark={mark}")
    assert first.stdout.startswith("2 new, 0 changed, 0 unchanged"), first.stdout + first.stderr
    assert all(len(found_in(http, mark)) == 2 for http in service.everywhere())
    (folder / "alpha.md").write_text(f"alpha works with {mark}.\n")
    again = service.tool("import", str(folder), "--metadata", f"mark={mark}")
    assert again.stdout.startswith("0 new, 1 changed, 1 unchanged"), again.stdout + again.stderr
    for http in service.everywhere():
        assert {hit["text"].split()[-3] for hit in hits(http, mark)} == {"works", "rests"}


def test_a_rebuild_of_the_index_leaves_no_gap(service: Deployment) -> None:
    mark = word()
    document_id = bring_in(service.http(0), f"Stays put: {mark}.", filename=f"{mark}.md")["document_id"]

    def look(http: Any) -> None:
        assert found_in(http, mark) == {document_id}

    with looking_on(*(partial(_with_own_client, service, number, look) for number in range(2))) as looks:
        rebuilt = service.tool("reindex")
        assert rebuilt.returncode == 0, rebuilt.stdout + rebuilt.stderr
        assert "rebuilt" in rebuilt.stdout.lower()
        later = bring_in(service.http(1), f"Came after it: {mark}x.", filename=f"{mark}x.md")
    assert min(looks) > 3, looks
    for http in service.everywhere():
        assert found_in(http, f"{mark}x") == {later["document_id"]}
        assert found_in(http, mark) == {document_id}
    assert service.http(0).delete(f"/v1/documents/{later['document_id']}?wait=90").status_code == 200
    assert all(found_in(http, f"{mark}x") == set() for http in service.everywhere())


def test_the_openai_client_brings_files_searches_its_store_and_streams_a_cited_answer(
    service: Deployment,
) -> None:
    here, there = (
        OpenAI(base_url=f"{url}/v1", api_key="key-of-acme", timeout=90, max_retries=0)
        for url in (service.replicas[0].url, service.replicas[-1].url)
    )
    mark = word()
    sentence = f"The harbour of {mark} freezes in January."
    store = here.vector_stores.create(name=mark)
    file = here.files.create(file=(f"{mark}.txt", sentence.encode()), purpose="assistants")
    attached = there.vector_stores.files.create_and_poll(file.id, vector_store_id=store.id)
    assert attached.status == "completed", attached
    for client in (here, there):
        [first, *_] = client.vector_stores.search(store.id, query=f"When does {mark} freeze?")
        assert (first.file_id, first.filename) == (file.id, f"{mark}.txt")
        text, annotations = "", list[dict[str, Any]]()
        question = f"When does the harbour of {mark} freeze?"
        for chunk in client.chat.completions.create(
            model="rag", messages=[{"role": "user", "content": question}], stream=True
        ):
            for choice in chunk.choices:
                text += choice.delta.content or ""
                annotations += choice.delta.model_dump().get("annotations") or []
        assert text.startswith(sentence)
        cited = next(one for one in annotations if one["file_id"] == file.id)
        assert sentence[cited["start"] : cited["end"]] == cited["quote"]
        assert client.files.content(file.id).read() == sentence.encode()
    assert there.files.delete(file.id).deleted
    assert not here.vector_stores.search(store.id, query=mark).data


def test_a_conversation_goes_on_at_whichever_replica_is_asked(service: Deployment) -> None:
    mark, here, there = word(), service.http(0), service.http(1)
    bring_in(here, HERON, filename="heron.txt")
    ask(here, "What is the maximum payload of the Heron drone?", session_id=mark)
    second = ask(there, "In what winds must it not fly?", session_id=mark)
    assert second["standalone_question"] == "In what winds must the Heron drone not fly?"
    assert "38 kilometres" in second["answer"]
    for http in (here, there):
        assert len(got(http, f"/v1/conversations/{mark}")["items"]) == 2
        assert mark in [one["session_id"] for one in got(http, "/v1/conversations")["conversations"]]
        assert len(got(http, f"/v1/conversations/{mark}/export")["items"]) == 2
    assert there.delete(f"/v1/conversations/{mark}").status_code == 204
    assert here.get(f"/v1/conversations/{mark}").status_code == 404


def test_a_tenant_neither_sees_nor_changes_what_is_anothers(service: Deployment) -> None:
    mark = word()
    taken = bring_in(service.http(0), f"Of acme alone: {mark}.", filename=f"{mark}.md")
    path = f"/v1/documents/{taken['document_id']}"
    for number in range(2):
        other = service.http(number, tenant="globex")
        assert found_in(other, mark) == set()
        assert mark not in ask(other, f"What is {mark}?")["answer"]
        assert other.get(f"/v1/jobs/{taken['job_id']}").status_code == 404
        for method, under in (("GET", ""), ("GET", "/text"), ("GET", "/residue"), ("DELETE", "")):
            assert other.request(method, path + under).status_code == 404
        assert mark not in other.get("/v1/documents?limit=1000").text
    own = bring_in(
        service.http(1, tenant="globex"), f"Of acme alone: {mark}.", filename=f"{mark}.md"
    )  # the same bytes
    assert own["document_id"] != taken["document_id"] and own["duplicate_of"] is None
    assert found_in(service.http(0), mark) == {taken["document_id"]}
