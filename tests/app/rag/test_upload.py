"""The way in: what is taken, what is refused, and what stays of an upload that was interrupted."""

import asyncio
from typing import Any

import pytest

from app.kernel.documents import DocumentStatus, sha256_hex
from app.kernel.errors import BadInput
from app.rag.catalog import Catalog
from app.rag.upload import check_metadata, clean_filename
from tests.app.rag.running import Running, upload_body

pytestmark = pytest.mark.anyio


async def test_an_upload_is_acknowledged_with_202_and_answers_queries_once_its_job_is_done(
    rag: Running,
) -> None:
    answer = await rag.http.post("/upload", json=upload_body("The heron fishes at dawn."))
    assert answer.status_code == 202
    body = answer.json()
    assert body["status"] == "queued" and body["duplicate_of"] is None
    assert body["sha256"] == sha256_hex(b"The heron fishes at dawn.")
    assert await rag.found("heron") == []
    await rag.worker.drain()
    assert [hit["document_id"] for hit in await rag.found("heron")] == [body["document_id"]]
    assert (await rag.get(f"/v1/jobs/{body['job_id']}"))["status"] == "done"


async def test_an_upload_that_is_done_within_the_wait_is_answered_with_200(rag: Running) -> None:
    async with rag.working():
        answer = await rag.http.post("/upload?wait=60", json=upload_body("Storks nest on chimneys."))
    assert (answer.status_code, answer.json()["status"]) == (200, "done")
    assert len(await rag.found("storks")) == 1


async def test_a_document_that_cannot_be_read_is_told_as_its_4xx_within_the_wait(rag: Running) -> None:
    async with rag.working():
        answer = await rag.http.post(
            "/upload?wait=60", json=upload_body(b"\x89PNG\r\n\x1a\n" + bytes(64), filename="x.pdf")
        )
    problem = answer.json()
    assert answer.status_code == 415 and problem["status"] == 415
    assert answer.headers["content-type"] == "application/problem+json"
    listed = (await rag.get("/v1/documents"))["documents"]
    assert [(item["status"], item["error"]["code"]) for item in listed] == [("failed", problem["code"])]


@pytest.mark.parametrize("wait", ["-1", "301", "nan", "soon"])
async def test_a_wait_out_of_bounds_is_a_bad_request_that_names_it(rag: Running, wait: str) -> None:
    answer = await rag.http.post(f"/upload?wait={wait}", json=upload_body("x"))
    assert answer.status_code == 422 and answer.json()["errors"][0]["field"] == "wait"


async def test_the_same_bytes_again_are_the_same_document_whatever_their_name(rag: Running) -> None:
    first = await rag.upload("One text.", filename="a.txt")
    again = await rag.http.post("/upload", json=upload_body("One text.", filename="b.txt"))
    assert again.status_code == 200
    assert again.json() | {"duplicate_of": None} == first | {"status": "done"}
    assert again.json()["duplicate_of"] == first["document_id"]
    assert len((await rag.get("/v1/documents"))["documents"]) == 1


async def test_the_same_bytes_of_another_tenant_are_another_document(rag: Running) -> None:
    mine = await rag.upload("Shared words.")
    theirs = await rag.upload("Shared words.", client=rag.other)
    assert theirs["duplicate_of"] is None and theirs["document_id"] != mine["document_id"]


async def test_the_same_bytes_at_the_same_moment_become_one_document(rag: Running) -> None:
    answers = await asyncio.gather(
        *(rag.http.post("/upload", json=upload_body("At once.")) for _ in range(12))
    )
    assert len({answer.json()["document_id"] for answer in answers}) == 1
    assert {answer.status_code for answer in answers} == {202}
    await rag.worker.drain()
    assert len(await rag.found("at once")) == 1
    assert len((await rag.get("/v1/jobs"))["jobs"]) == 1


async def test_bytes_that_failed_are_tried_again_when_they_come_again(rag: Running) -> None:
    bad = upload_body(b"\x89PNG\r\n\x1a\n" + bytes(64), filename="x.pdf")
    async with rag.working():
        first = await rag.http.post("/upload?wait=60", json=bad)
        # At once: the first job may still hold its lease.
        again = await asyncio.gather(*(rag.http.post("/upload?wait=60", json=bad) for _ in range(3)))
    assert [first.status_code, *(answer.status_code for answer in again)] == [415] * 4
    [job] = (await rag.get("/v1/jobs"))["jobs"]
    assert job["status"] == "failed"
    assert await rag.ports.work.depth() == 0


async def test_bytes_of_the_visible_version_stay_done_when_a_newer_version_failed(rag: Running) -> None:
    first = await rag.upload("The good version.")
    path = f"/v1/documents/{first['document_id']}"
    await rag.http.put(path, json=upload_body(b"\x00\x01\x02" * 999))
    await rag.worker.drain()
    assert (await rag.get(path))["error"]
    again = await rag.http.post("/upload?wait=1", json=upload_body("The good version."))
    assert (again.status_code, again.json()["status"]) == (200, "done")
    assert again.json()["sha256"] == first["sha256"]


async def test_bytes_of_a_superseded_version_can_become_a_document_of_their_own(rag: Running) -> None:
    first = await rag.upload("Old words.")
    await rag.http.put(f"/v1/documents/{first['document_id']}", json=upload_body("New words."))
    await rag.worker.drain()
    again = await rag.upload("Old words.")
    assert again["duplicate_of"] is None and again["document_id"] != first["document_id"]


async def test_an_upload_that_died_before_its_record_is_finished_by_the_next_one(rag: Running) -> None:
    catalog = Catalog(rag.ports.records)
    await catalog.claim("acme", sha256_hex(b"Half done."), "doc_00half")
    taken = await rag.upload("Half done.")
    assert taken["document_id"] == "doc_00half" and taken["duplicate_of"] is None
    assert len(await rag.found("half done")) == 1


async def test_a_multipart_upload_does_what_the_json_one_does(rag: Running) -> None:
    answer = await rag.http.post(
        "/upload",
        files={"file": ("m.md", b"# Owls\n\nOwls hunt at night.")},
        data={"metadata": '{"kind": "bird"}'},
    )
    assert answer.status_code == 202
    await rag.worker.drain()
    [hit] = await rag.found("owls hunt")
    assert (hit["filename"], hit["metadata"]) == ("m.md", {"kind": "bird"})


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Temp\\a b.pdf", "a b.pdf"),
        ("a\u202efdp.exe", "afdp.exe"),
        ("a\x00\nb.txt", "ab.txt"),
        ("größe 文.txt", "größe 文.txt"),
    ],
)
def test_a_file_name_keeps_its_last_part_and_loses_what_deceives(raw: str, name: str) -> None:
    assert clean_filename(raw) == name


@pytest.mark.parametrize("raw", ["", "   ", "a/", "\u202e", "x" * 256])
def test_a_file_name_of_nothing_or_without_end_is_refused(raw: str) -> None:
    with pytest.raises(BadInput) as raised:
        clean_filename(raw)
    assert raised.value.code == "bad_filename"


@pytest.mark.parametrize(
    "metadata",
    [
        {"a": {"b": 1}},
        {"a": [[1]]},
        {"a": float("nan")},
        {"a": [float("inf")]},
        {"a": 2**63},
        {"a": "\ud800"},
        {"\udfff": 1},
        {f"name{number}": 1 for number in range(65)},
        {"a": "x" * 20_000},
    ],
)
def test_metadata_that_some_store_could_not_hold_is_refused(metadata: dict[str, Any]) -> None:
    with pytest.raises(BadInput) as raised:
        check_metadata(metadata)
    assert raised.value.code == "bad_metadata"


async def test_a_new_version_replaces_the_old_one_without_a_moment_of_neither_or_both(rag: Running) -> None:
    first = await rag.upload("The otter number 1 swims.")
    path = f"/v1/documents/{first['document_id']}"
    seen: set[tuple[str, ...]] = set()
    done = asyncio.Event()

    async def watch() -> None:
        while not done.is_set():
            seen.add(tuple(hit["text"] for hit in await rag.found("otter swims")))
            await asyncio.sleep(0)

    watching = asyncio.create_task(watch())
    async with rag.working():
        for number in range(2, 5):
            answer = await rag.http.put(
                path, params={"wait": 60}, json=upload_body(f"The otter number {number} swims.")
            )
            assert answer.status_code == 200
    done.set()
    await watching
    assert seen == {(f"The otter number {number} swims.",) for number in range(1, 5)}
    document = await rag.get(path)
    assert document["version"] == 4
    assert await rag.ports.objects.residue(f"documents/acme/{first['document_id']}/") == 5


async def test_versions_given_at_the_same_moment_are_all_taken_and_the_last_one_answers(rag: Running) -> None:
    document_id = (await rag.upload("The first of many versions."))["document_id"]
    answers = await asyncio.gather(
        *(
            rag.http.put(f"/v1/documents/{document_id}", json=upload_body(f"Heron version {number}."))
            for number in range(24)
        )
    )
    assert {answer.status_code for answer in answers} == {202}
    await rag.worker.drain()
    document = await rag.get(f"/v1/documents/{document_id}")
    assert (document["version"], document["status"]) == (25, "ready")
    assert len(await rag.found("heron")) == 1


async def test_a_version_that_fails_leaves_the_old_one_answering(rag: Running) -> None:
    first = await rag.upload("Stable words.")
    path = f"/v1/documents/{first['document_id']}"
    async with rag.working():
        answer = await rag.http.put(path, params={"wait": 60}, json=upload_body(b"\x00\x01" * 999))
    assert answer.status_code in (415, 422)
    document = await rag.get(path)
    assert (document["status"], document["version"], document["error"]["code"]) == (
        "ready", 1, answer.json()["code"],
    )  # fmt: skip
    assert len(await rag.found("stable words")) == 1


async def test_a_new_version_of_bytes_that_another_document_holds_is_a_conflict(rag: Running) -> None:
    one, two = await rag.upload("First."), await rag.upload("Second.")
    answer = await rag.http.put(f"/v1/documents/{two['document_id']}", json=upload_body("First."))
    assert (answer.status_code, answer.json()["code"]) == (409, "duplicate")
    assert one["document_id"] in answer.json()["detail"]


async def test_metadata_alone_changes_without_a_new_version(rag: Running) -> None:
    taken = await rag.upload("Badgers dig.", metadata={"year": 1})
    path = f"/v1/documents/{taken['document_id']}"
    answer = await rag.http.put(path, json={"metadata": {"year": 2}})
    assert (answer.status_code, answer.json()["status"]) == (200, "done")
    assert await rag.found("badgers", filters={"year": 1}) == []
    [hit] = await rag.found("badgers", filters={"year": 2})
    assert hit["filename"] == "note.txt"
    await rag.http.put(path, json={"filename": "badger.txt"})
    assert [hit["filename"] for hit in await rag.found("badgers")] == ["badger.txt"]
    assert (await rag.get(path))["version"] == 1


async def test_metadata_given_while_a_version_is_on_its_way_is_not_lost(rag: Running) -> None:
    taken = await rag.upload("Moles dig.", metadata={"year": 1}, ingest=False)
    path = f"/v1/documents/{taken['document_id']}"
    await rag.http.put(path, json={"metadata": {"year": 2}})
    await rag.worker.drain()
    assert (await rag.get(path))["metadata"] == {"year": 2}
    assert len(await rag.found("moles", filters={"year": 2})) == 1
    await rag.http.put(path, json=upload_body("Moles dig deeper."))
    await rag.http.put(path, json={"metadata": {"year": 3}})
    await rag.worker.drain()
    [hit] = await rag.found("moles", filters={"year": 3})
    assert hit["text"] == "Moles dig deeper."
    await rag.http.put(path, json=upload_body("Moles dig on.", metadata={"year": 4}))
    await rag.worker.drain()
    assert (await rag.get(path))["metadata"] == {"year": 4}


async def test_a_cancelled_job_ends_cancelled_and_can_be_retried(rag: Running) -> None:
    taken = await rag.upload("Cancel me.", ingest=False)
    cancelled = await rag.http.post(f"/v1/jobs/{taken['job_id']}/cancel")
    assert (cancelled.status_code, cancelled.json()["status"]) == (200, "cancelled")
    await rag.worker.drain()
    assert await rag.found("cancel") == []
    assert (await rag.get(f"/v1/documents/{taken['document_id']}"))["status"] == "failed"
    again = await rag.http.post(f"/v1/jobs/{taken['job_id']}/cancel")
    assert again.status_code == 409
    retried = await rag.http.post(f"/v1/jobs/{taken['job_id']}/retry")
    assert (retried.status_code, retried.json()["status"]) == (202, "queued")
    await rag.worker.drain()
    assert len(await rag.found("cancel")) == 1
    assert (await rag.http.post(f"/v1/jobs/{taken['job_id']}/retry")).status_code == 409


async def test_a_version_given_while_the_document_is_deleted_leaves_nothing_behind(rag: Running) -> None:
    """The deletion comes between the reservation of the version and the writing of its bytes."""
    taken = await rag.upload("Going.")
    path = f"/v1/documents/{taken['document_id']}"
    put, deleted = rag.ports.objects.put, False

    async def delete_first(key: str, content: bytes) -> None:
        nonlocal deleted
        if not deleted:
            deleted = True
            assert (await rag.http.delete(path, params={"wait": 0})).status_code == 202
            await rag.worker.drain()
        await put(key, content)

    rag.ports.objects.put = delete_first  # type: ignore[method-assign]
    answer = await rag.http.put(path, json=upload_body("Coming."))
    assert answer.status_code == 404
    await rag.worker.drain()
    residue = await rag.get(f"{path}/residue")
    assert residue["total"] == 0
    again = await rag.upload("Coming.")
    assert again["duplicate_of"] is None and again["document_id"] != taken["document_id"]


async def test_a_restored_record_stays_ready_when_its_bytes_come_again(rag: Running) -> None:
    taken = await rag.upload("Once here.")
    await rag.ports.records.delete("jobs#acme", taken["job_id"])
    again = await rag.upload("Once here.")
    assert again["duplicate_of"] == taken["document_id"]
    document = await Catalog(rag.ports.records).document("acme", taken["document_id"])
    assert (document.status, document.version) == (DocumentStatus.READY, 1)
