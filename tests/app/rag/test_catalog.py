"""Lists and single records over HTTP: pages, order, filters of jobs, and the typed values behind them."""

import asyncio
from pathlib import Path

import pytest

from app.adapters.embedded.records import SqliteRecords
from app.kernel.errors import Conflict
from app.rag.catalog import Catalog, document_id_of_job, job_id_of
from tests.app.rag.running import Running, events_of, upload_body

pytestmark = pytest.mark.anyio

_DOCUMENT = {
    "document_id", "filename", "metadata", "sha256", "size", "status", "version", "pages", "chunks", "title",
    "warnings", "error", "job_id", "created_at", "updated_at",
}  # fmt: skip
_JOB = {
    "job_id", "document_id", "kind", "status", "step", "attempts", "filename", "version", "error", "created_at",
    "updated_at",
}  # fmt: skip


async def test_documents_come_in_pages_in_the_order_they_came(rag: Running) -> None:
    sent = [(await rag.upload(f"Text {number}.", ingest=False))["document_id"] for number in range(5)]
    seen, after = [], ""
    for size in (2, 2, 1):
        page = await rag.get(f"/v1/documents?limit=2{after and '&after=' + after}")
        assert len(page["documents"]) == size
        seen += [item["document_id"] for item in page["documents"]]
        after = page["after"]
    assert seen == sent and after is None


async def test_a_document_and_a_job_have_the_shape_of_the_contract(rag: Running) -> None:
    taken = await rag.upload("# Title\n\nWords.", filename="a.md", metadata={"a": [1, "b", None, True]})
    document = await rag.get(f"/v1/documents/{taken['document_id']}")
    assert set(document) == _DOCUMENT
    assert (document["status"], document["version"], document["chunks"], document["size"]) == (
        "ready",
        1,
        1,
        15,
    )
    assert document["metadata"] == {"a": [1, "b", None, True]} and document["error"] is None
    job = await rag.get(f"/v1/jobs/{taken['job_id']}")
    assert set(job) == _JOB and (job["kind"], job["status"], job["attempts"]) == ("ingest", "done", 1)
    [listed] = (await rag.get("/v1/documents"))["documents"]
    assert listed == document


async def test_chunks_and_text_agree_with_each_other_and_with_the_search(rag: Running) -> None:
    body = "# One\n\n" + "Alpha beta gamma. " * 200 + "\n\n# Two\n\n" + "Delta epsilon. " * 200
    taken = await rag.upload(body, filename="long.md")
    path = f"/v1/documents/{taken['document_id']}"
    text = (await rag.get(f"{path}/text"))["text"]
    chunks = (await rag.get(f"{path}/chunks"))["chunks"]
    assert len(chunks) > 2
    assert all(text[piece["start"] : piece["end"]] == piece["text"] for piece in chunks)
    assert [piece["ordinal"] for piece in chunks] == list(range(len(chunks)))
    by_id = {piece["chunk_id"]: piece for piece in chunks}
    for hit in await rag.found("epsilon", limit=50):
        assert hit["text"] == by_id[hit["chunk_id"]]["text"]


@pytest.mark.parametrize("part", ["chunks", "text"])
async def test_a_document_without_a_version_says_that_it_is_not_ready(rag: Running, part: str) -> None:
    taken = await rag.upload("Wait.", ingest=False)
    answer = await rag.http.get(f"/v1/documents/{taken['document_id']}/{part}")
    assert (answer.status_code, answer.json()["code"]) == (404, "document_not_ready")


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", f"after={'x' * 129}"])
async def test_a_page_out_of_bounds_is_a_bad_request(rag: Running, query: str) -> None:
    for path in ("/v1/documents", "/v1/jobs"):
        assert (await rag.http.get(f"{path}?{query}")).status_code == 422


@pytest.mark.parametrize(
    "odd", ["..", "%2e%2e", "a%00b", "%F0%9F%98%80", "doc_'; DROP TABLE records;--", "x" * 5000]
)
async def test_an_odd_id_is_only_an_unknown_one(rag: Running, odd: str) -> None:
    for path in (
        f"/v1/documents/{odd}",
        f"/v1/documents/{odd}/residue",
        f"/v1/jobs/{odd}",
        f"/v1/jobs/{odd}/events",
    ):
        assert (await rag.http.get(path)).status_code in (404, 405), path
    assert (await rag.http.delete(f"/v1/documents/{odd}")).status_code in (404, 405)


async def test_jobs_are_listed_by_document(rag: Running) -> None:
    one, two = await rag.upload("One."), await rag.upload("Two.")
    await rag.http.put(f"/v1/documents/{one['document_id']}", json=upload_body("One more."))
    jobs = (await rag.get(f"/v1/jobs?document_id={one['document_id']}"))["jobs"]
    assert [job["version"] for job in jobs] == [1, 2]
    assert len((await rag.get("/v1/jobs"))["jobs"]) == 3
    assert (await rag.get(f"/v1/jobs?document_id={two['document_id'][:-1]}"))["jobs"] == []


async def test_the_events_of_a_job_end_with_how_it_ended(rag: Running) -> None:
    taken = await rag.upload("Follow me.", ingest=False)
    following = asyncio.create_task(rag.http.get(f"/v1/jobs/{taken['job_id']}/events"))
    await asyncio.sleep(0.1)
    await rag.worker.drain()
    events = events_of((await following).text)
    assert events[0][0] == "progress" and events[-1][0] == "done"
    assert set(events[-1][1]) == _JOB
    failed = await rag.upload(b"\x89PNG\r\n\x1a\n" + bytes(64), filename="x.pdf")
    [(name, job)] = events_of((await rag.http.get(f"/v1/jobs/{failed['job_id']}/events")).text)
    assert name == "failed" and job["error"]["code"]


def test_job_ids_sort_in_the_order_of_their_creation_and_name_their_document() -> None:
    ids = [job_id_of("doc_0abc", number) for number in (1, 2, 10, 100)]
    assert ids == sorted(ids)
    assert {document_id_of_job(job_id) for job_id in ids} == {"doc_0abc"}


async def test_one_of_many_claims_wins_and_all_learn_who(tmp_path: Path) -> None:
    catalog = Catalog(SqliteRecords(tmp_path / "records.db"))
    owners = await asyncio.gather(*(catalog.claim("acme", "hash", f"doc_{number}") for number in range(20)))
    assert len(set(owners)) == 1
    await catalog.release_claim("acme", "hash", "doc_of_somebody_else")
    assert await catalog.claim("acme", "hash", "doc_late") == owners[0]
    await catalog.release_claim("acme", "hash", owners[0])
    assert await catalog.claim("acme", "hash", "doc_late") == "doc_late"


async def test_a_change_that_always_loses_says_so(tmp_path: Path) -> None:
    catalog = Catalog(SqliteRecords(tmp_path / "records.db"))

    async def always(*_: object, **__: object) -> None:
        raise Conflict("Lost again.")

    from app.kernel.documents import DocumentStatus
    from app.rag.catalog import Document

    document = Document(
        "acme", "doc_1", "a", {}, "h", 1, DocumentStatus.PENDING, 0, 1, "t", "t", "job_1_000001"
    )
    await catalog.save_document(document)
    catalog.records.put = always  # type: ignore[method-assign,assignment]
    with pytest.raises(Conflict) as raised:
        from dataclasses import replace

        await catalog.change_document("acme", "doc_1", lambda found: replace(found, filename="b"))
    assert "doc_1" in raised.value.detail
