"""A deletion hides a document at once and ends with nothing of it left but one named line."""

import json
from typing import Any

import pytest

from app.adapters.embedded.index.lexical import LexicalReader
from app.kernel.errors import Unavailable
from app.rag.catalog import Catalog
from tests.app.rag.running import Running, upload_body

pytestmark = pytest.mark.anyio


async def _deleted(rag: Running, text: str = "Delete me soon.") -> str:
    """The path of a document that was brought in and deleted."""
    taken = await rag.upload(text)
    path = f"/v1/documents/{taken['document_id']}"
    assert (await rag.http.delete(path, params={"wait": 0})).status_code == 202
    await rag.worker.drain()
    return path


async def test_a_deleted_document_is_gone_from_every_route_before_the_worker_has_moved(rag: Running) -> None:
    taken = await rag.upload("Hide me.")
    path = f"/v1/documents/{taken['document_id']}"
    answer = await rag.http.delete(path, params={"wait": 0})
    assert (answer.status_code, answer.json()["kind"], answer.json()["status"]) == (202, "delete", "queued")
    assert await rag.found("hide") == []
    assert (await rag.get("/v1/documents"))["documents"] == []
    for gone in (path, f"{path}/chunks", f"{path}/text"):
        refused = await rag.http.get(gone)
        assert (refused.status_code, refused.json()["code"]) == (404, "document_not_found")
    for body in (upload_body("Other."), {"metadata": {}}):
        assert (await rag.http.put(path, json=body)).status_code == 404


async def test_after_the_job_nothing_is_left_but_the_named_line(rag: Running) -> None:
    taken = await rag.upload("Version one.")
    path = f"/v1/documents/{taken['document_id']}"
    await rag.http.put(path, json=upload_body("Version two."))
    await rag.worker.drain()
    before = await rag.get(f"{path}/residue")
    assert min(before["objects"], before["records"], before["index"]) > 0 and before["tombstone"] is None
    async with rag.working():
        answer = await rag.http.delete(path)
    assert (answer.status_code, answer.json()["status"]) == (200, "done")
    residue = await rag.get(f"{path}/residue")
    assert residue.pop("document_id") == taken["document_id"]
    assert residue.pop("tombstone") == f"tombstones/{taken['document_id']}"
    assert residue == {"objects": 0, "records": 0, "index": 0, "caches": 0, "conversations": 0, "total": 0}
    assert (await rag.get(f"/v1/jobs/{answer.json()['job_id']}"))["status"] == "done"
    for earlier in (1, 2):
        gone = await rag.http.get(f"/v1/jobs/{taken['job_id'][:-1]}{earlier}")
        assert gone.status_code == 404


async def test_nothing_of_the_text_stays_in_any_file(rag: Running) -> None:
    await _deleted(rag, "The unforgettable word is xylozephyr.")
    rag.worker_ports.index.close()  # type: ignore[attr-defined]
    files = [file for file in rag.settings.data_dir.rglob("*") if file.is_file()]
    # The write-ahead log is a journal: what it repeats goes with the next checkpoint.
    left = [
        file.name for file in files if b"xylozephyr" in file.read_bytes() and not file.name.endswith("-wal")
    ]
    assert files and left == []


async def test_the_words_of_deleted_and_replaced_versions_leave_the_index_for_words(rag: Running) -> None:
    """What stays there takes the places of what may be found, and is not deleted at all."""
    kept = await rag.upload("The kept word.")
    for number in range(3):
        await rag.http.put(
            f"/v1/documents/{kept['document_id']}", json=upload_body(f"The kept word {number}.")
        )
        await rag.worker.drain()
    await _deleted(rag)
    [words] = (rag.settings.data_dir / "index").rglob("words")
    assert LexicalReader(words).moment().search("kept delete soon word", limit=99, only=None).keys() == {3}
    assert (
        sum(segment["max_doc"] for segment in json.loads((words / "meta.json").read_text())["segments"]) == 1
    )


async def test_a_deletion_of_what_never_was_or_is_gone_is_not_found(rag: Running) -> None:
    assert (await rag.http.delete("/v1/documents/doc_1")).status_code == 404
    assert (await rag.http.delete(await _deleted(rag))).status_code == 404
    assert (await rag.http.get("/v1/documents/doc_1/residue")).status_code == 404


async def test_the_same_bytes_after_a_deletion_are_a_new_document(rag: Running) -> None:
    path = await _deleted(rag, "Come back.")
    again = await rag.upload("Come back.")
    assert again["duplicate_of"] is None and not path.endswith(again["document_id"])
    assert len(await rag.found("come back")) == 1
    assert (await rag.get(f"{path}/residue"))["total"] == 0


async def test_the_same_bytes_while_the_deletion_still_runs_are_a_new_document(rag: Running) -> None:
    taken = await rag.upload("Come back early.")
    path = f"/v1/documents/{taken['document_id']}"
    await rag.http.delete(path, params={"wait": 0})
    again = await rag.upload("Come back early.")
    assert again["document_id"] != taken["document_id"]
    assert [hit["document_id"] for hit in await rag.found("come back early")] == [again["document_id"]]
    assert (await rag.get(f"{path}/residue"))["total"] == 0


async def test_a_deletion_asked_for_twice_is_one_job(rag: Running) -> None:
    taken = await rag.upload("Twice.")
    path = f"/v1/documents/{taken['document_id']}"
    jobs = [(await rag.http.delete(path, params={"wait": 0})).json()["job_id"] for _ in range(2)]
    assert jobs[0] == jobs[1]
    await rag.worker.drain()
    assert (await rag.get(f"{path}/residue"))["total"] == 0


async def test_a_document_deleted_before_it_was_read_never_appears(rag: Running) -> None:
    taken = await rag.upload("Too late.", ingest=False)
    path = f"/v1/documents/{taken['document_id']}"
    await rag.http.delete(path, params={"wait": 0})
    await rag.worker.drain()
    assert await rag.found("too late") == []
    assert (await rag.get(f"{path}/residue"))["total"] == 0
    assert await rag.ports.work.depth() == 0


@pytest.mark.parametrize("step", ["recording", "publishing", "indexing", "finishing"])
async def test_a_deletion_in_the_middle_of_an_ingestion_wins(rag: Running, step: str) -> None:
    taken = await rag.upload("In the middle.", ingest=False)
    path = f"/v1/documents/{taken['document_id']}"

    async def delete_at(reached: str) -> None:
        if reached == step:
            await rag.http.delete(path, params={"wait": 0})
            assert await rag.found("middle") == []

    object.__setattr__(rag.worker.ingest, "observe", delete_at)
    await rag.worker.drain()
    assert await rag.found("middle") == []
    await rag.worker.drain()
    assert (await rag.get(f"{path}/residue"))["total"] == 0


async def test_a_deletion_outlasts_a_store_that_does_not_answer(rag: Running, monkeypatch: Any) -> None:
    """Half deleted helps nobody: it goes on for as long as it takes."""
    taken = await rag.upload("Outlast.")
    path = f"/v1/documents/{taken['document_id']}"
    purge, down = rag.worker_ports.objects.purge, rag.worker.max_attempts + 3

    async def sometimes(prefix: str) -> int:
        nonlocal down
        down -= 1
        if down > 0:
            raise Unavailable("The store is away.")
        return await purge(prefix)

    monkeypatch.setattr("app.rag.worker._MAX_BACKOFF_S", 0.01)
    monkeypatch.setattr(rag.worker_ports.objects, "purge", sometimes)
    async with rag.working():
        answer = await rag.http.delete(path, params={"wait": 60})
    assert answer.status_code == 200 and down <= 0
    assert (await rag.get(f"{path}/residue"))["total"] == 0


async def test_a_deletion_that_failed_is_told_as_its_error_and_can_be_asked_for_again(
    rag: Running, monkeypatch: Any
) -> None:
    taken = await rag.upload("Fail.")
    path = f"/v1/documents/{taken['document_id']}"

    async def broken(prefix: str) -> int:
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("app.rag.worker._MAX_BACKOFF_S", 0.01)
    with monkeypatch.context() as fault:
        fault.setattr(rag.worker_ports.objects, "purge", broken)
        async with rag.working():
            answer = await rag.http.delete(path, params={"wait": 60})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert (await rag.http.get(path)).status_code == 404
    async with rag.working():
        assert (await rag.http.delete(path, params={"wait": 60})).status_code == 200
    assert (await rag.get(f"{path}/residue"))["total"] == 0


async def test_a_deletion_whose_request_died_half_way_is_finished_by_the_next_worker(rag: Running) -> None:
    """The API died after it had hidden the document and before it had written a job."""
    taken = await rag.upload("Stuck.")
    catalog = Catalog(rag.ports.records)
    from app.rag.delete import _deleting

    await catalog.change_document("acme", taken["document_id"], _deleting)
    await rag.worker.resume(["acme"])
    await rag.worker.drain()
    assert (await rag.get(f"/v1/documents/{taken['document_id']}/residue"))["total"] == 0
    assert await rag.found("stuck") == []
