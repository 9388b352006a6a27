"""Vector stores with the official client: files in them, batches, counts that are true, expiry and deletion."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openai
import pytest

from app.kernel.errors import NotFound
from app.rag.openai_wire.stores import VectorStores
from tests.app.rag.openai_wire.serving import NORWAY, PICTURE, TRAINS, Served, served


def texts(*names: str) -> list[tuple[str, bytes]]:
    return [(f"{name}.txt", f"The note called {name} speaks of {name}.".encode()) for name in names]


def test_a_store_is_made_read_changed_listed_and_deleted_and_its_files_stay(api: Served) -> None:
    file_id = api.upload(NORWAY)
    store = api.client.vector_stores.create(name="atlas", file_ids=[file_id], metadata={"team": "maps"})
    assert (store.name, store.status, store.metadata) == ("atlas", "completed", {"team": "maps"})
    assert (store.file_counts.completed, store.file_counts.total) == (1, 1)
    assert store.usage_bytes == len(NORWAY)
    changed = api.client.vector_stores.update(store.id, name="world")
    assert (changed.name, changed.metadata) == ("world", {"team": "maps"})
    assert api.client.vector_stores.retrieve(store.id).name == "world"
    assert store.id in [one.id for one in api.client.vector_stores.list(limit=1)]
    assert api.client.vector_stores.delete(store.id).deleted
    with pytest.raises(openai.NotFoundError):
        api.client.vector_stores.retrieve(store.id)
    assert store.id not in [one.id for one in api.client.vector_stores.list()]
    assert api.client.files.retrieve(file_id).status == "processed"
    assert residue(api, file_id)["records"] == residue_of_a_fresh_document(api)


def test_a_file_is_uploaded_polled_described_read_and_taken_out(api: Served) -> None:
    store = api.client.vector_stores.create(name="trains")
    files = api.client.vector_stores.files
    file = files.upload_and_poll(vector_store_id=store.id, file=("trains.txt", TRAINS.encode()))
    assert (file.status, file.usage_bytes, file.last_error) == ("completed", len(TRAINS), None)
    again = files.create_and_poll(file.id, vector_store_id=store.id, attributes={"year": 2024, "ok": True})
    assert again.attributes == {"year": 2024, "ok": True}
    assert [one.id for one in files.list(store.id)] == [file.id]
    updated = files.update(file.id, vector_store_id=store.id, attributes={"team": "hr"})
    assert updated.attributes == {"team": "hr"}
    [content] = files.content(file.id, vector_store_id=store.id)
    assert content.text == TRAINS
    assert files.delete(file.id, vector_store_id=store.id).deleted
    assert list(files.list(store.id)) == []
    with pytest.raises(openai.NotFoundError):
        files.retrieve(file.id, vector_store_id=store.id)
    assert api.client.files.retrieve(file.id).id == file.id


@pytest.mark.parametrize(
    "value", ["NaN", "Infinity", "-Infinity", "1e400", str(10**400), '"\\ud83d"', "null", "[]"]
)
def test_an_attribute_that_not_every_store_and_reader_takes_is_refused(api: Served, value: str) -> None:
    store = api.client.vector_stores.create(name="numbers")
    file_id = api.client.files.list(limit=1).data[0].id
    api.client.vector_stores.files.create(store.id, file_id=file_id)
    answer = api.http.post(
        f"/v1/vector_stores/{store.id}/files/{file_id}",
        content=f'{{"attributes": {{"year": {value}}}}}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"]["param"].startswith("attributes.year")


def test_a_batch_counts_what_became_of_each_file(api: Served) -> None:
    store = api.client.vector_stores.create(name="batch")
    broken = api.client.files.create(file=("picture.png", PICTURE), purpose="assistants")
    batch = api.client.vector_stores.file_batches.upload_and_poll(
        store.id, files=texts("apples", "pears", "plums"), file_ids=[broken.id], poll_interval_ms=50
    )
    counts = batch.file_counts
    assert (batch.status, counts.completed, counts.failed, counts.total) == ("completed", 3, 1, 4)
    listed = api.client.vector_stores.file_batches.list_files
    assert len(list(listed(batch.id, vector_store_id=store.id, limit=2))) == 4
    [failed] = listed(batch.id, vector_store_id=store.id, filter="failed")
    assert failed.id == broken.id and failed.last_error and failed.last_error.code == "unsupported_file"
    held = api.client.vector_stores.retrieve(store.id).file_counts
    assert held.model_dump() == counts.model_dump()


def test_a_batch_gives_each_file_its_own_attributes_or_all_the_same(api: Served) -> None:
    first, second = (api.upload(text.decode(), filename=name) for name, text in texts("rye", "oats"))
    store = api.client.vector_stores.create(name="grain")
    batches, files = api.client.vector_stores.file_batches, api.client.vector_stores.files
    batches.create_and_poll(store.id, files=[{"file_id": first, "attributes": {"of": "rye"}}])
    batches.create_and_poll(store.id, file_ids=[second], attributes={"of": "all"})
    found = {file.id: file.attributes for file in files.list(store.id)}
    assert found == {first: {"of": "rye"}, second: {"of": "all"}}
    for wrong in ({}, {"file_ids": [first], "files": [{"file_id": first}]}):
        with pytest.raises(openai.BadRequestError):
            batches.create(store.id, **wrong)


def test_a_batch_with_a_file_that_is_not_there_changes_nothing(api: Served) -> None:
    store = api.client.vector_stores.create(name="none")
    file_id = api.upload(NORWAY)
    with pytest.raises(openai.NotFoundError) as error:
        api.client.vector_stores.file_batches.create(store.id, file_ids=[file_id, "file-" + "0" * 27])
    assert error.value.param == "file_ids"
    assert api.client.vector_stores.retrieve(store.id).file_counts.total == 0


def test_files_under_way_are_counted_so_and_a_cancelled_batch_keeps_them_out(tmp_path: Path) -> None:
    with served(tmp_path, working=False) as api:
        [name, text] = texts("slow")[0]
        file = api.client.files.create(file=(name, text), purpose="assistants")
        assert file.status == "uploaded"
        store = api.client.vector_stores.create(name="slow")
        batch = api.client.vector_stores.file_batches.create(store.id, file_ids=[file.id])
        assert (batch.status, batch.file_counts.in_progress) == ("in_progress", 1)
        assert api.client.vector_stores.retrieve(store.id).status == "in_progress"
        cancelled = api.client.vector_stores.file_batches.cancel(batch.id, vector_store_id=store.id)
        assert (cancelled.status, cancelled.file_counts.cancelled) == ("cancelled", 1)
        api.run(api.rag.worker.drain())
        assert api.client.files.retrieve(file.id).status == "processed"
        assert list(api.client.vector_stores.search(store.id, query="slow")) == []
        assert api.client.vector_stores.retrieve(store.id).file_counts.cancelled == 1


def test_pages_of_stores_and_files_turn_both_ways(api: Served) -> None:
    store = api.client.vector_stores.create(name="pages")
    ids = [api.upload(text.decode(), filename=name) for name, text in texts("one", "two", "three", "four")]
    for file_id in ids:
        api.client.vector_stores.files.create(store.id, file_id=file_id)
    files = api.client.vector_stores.files
    assert [file.id for file in files.list(store.id, order="asc", limit=1)] == ids
    assert [file.id for file in files.list(store.id, limit=3)] == ids[::-1]
    page = files.list(store.id, order="asc", limit=2, before=ids[3])
    assert ([file.id for file in page.data], page.has_more) == (ids[1:3], True)
    assert [file.id for file in files.list(store.id, filter="in_progress")] == []
    names = [api.client.vector_stores.create(name=f"page {number}").id for number in range(3)]
    listed = [one.id for one in api.client.vector_stores.list(order="asc", limit=2)]
    assert [one for one in listed if one in names] == names


def test_an_expired_store_says_so_and_cannot_be_searched_until_it_is_woken(
    api: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = api.client.vector_stores.create(
        name="short", expires_after={"anchor": "last_active_at", "days": 2}, file_ids=[api.upload(NORWAY)]
    )
    assert store.expires_at == (store.last_active_at or 0) + 2 * 86_400
    later = datetime.now(UTC) + timedelta(days=3)
    monkeypatch.setattr(VectorStores, "now", lambda self: int(later.timestamp()))
    assert api.client.vector_stores.retrieve(store.id).status == "expired"
    for call in (
        lambda: api.client.vector_stores.search(store.id, query="Norway"),
        lambda: api.client.vector_stores.files.create(store.id, file_id=api.upload(NORWAY)),
    ):
        with pytest.raises(openai.BadRequestError) as error:
            call()
        assert error.value.code == "vector_store_expired"
    assert api.client.vector_stores.update(store.id, expires_after=None).status == "completed"
    assert len(list(api.client.vector_stores.search(store.id, query="Norway"))) == 1


@pytest.mark.parametrize(
    ("given", "param"),
    [
        ({"chunking_strategy": {"type": "static", "static": {"max_chunk_size_tokens": 800}}}, "chunking_strategy"),
        ({"metadata": {"a": "b" * 513}}, "metadata.a"),
        ({"expires_after": {"anchor": "last_active_at", "days": 0}}, "expires_after.days"),
        ({"file_ids": ["nothing"]}, "file_ids"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
def test_what_a_store_cannot_be_is_refused_by_name(api: Served, given: dict[str, Any], param: str) -> None:
    with pytest.raises((openai.BadRequestError, openai.NotFoundError)) as error:
        api.client.vector_stores.create(name="x", **given)
    assert error.value.param == param


def test_a_deleted_file_leaves_its_stores_at_once_and_nothing_of_it_stays(api: Served) -> None:
    file_id = api.upload("Rust is a fungus of wheat.", filename="rust.txt")
    store = api.client.vector_stores.create(name="plants")
    api.client.vector_stores.file_batches.create_and_poll(store.id, file_ids=[file_id])
    assert api.client.vector_stores.retrieve(store.id).file_counts.total == 1
    assert residue(api, file_id)["records"] > residue_of_a_fresh_document(api)
    api.client.files.delete(file_id)
    assert api.client.vector_stores.retrieve(store.id).file_counts.total == 0
    assert list(api.client.vector_stores.files.list(store.id)) == []
    assert list(api.client.vector_stores.search(store.id, query="fungus")) == []
    document_id = f"doc_{file_id.removeprefix('file-')}"
    # Waits for the removal that goes on already.
    assert api.http.delete(f"/v1/documents/{document_id}").status_code in (200, 404)
    assert residue(api, file_id)["total"] == 0


def test_a_file_that_is_deleted_while_it_is_put_into_a_store_leaves_nothing_there(tmp_path: Path) -> None:
    with served(tmp_path, working=False) as api:
        catalog = api.rag.service.catalog
        stores = VectorStores(catalog)
        file = api.client.files.create(file=("a.txt", b"Here and gone."), purpose="assistants")
        document_id = f"doc_{file.id.removeprefix('file-')}"
        store = api.client.vector_stores.create(name="race")
        api.client.files.delete(file.id)
        before = residue(api, file.id)["records"]
        with pytest.raises(NotFound):
            api.run(stores.add("acme", store.id, document_id, attributes={}))
        assert residue(api, file.id)["records"] == before
        # Somebody died between the note and the record that it tells of.
        api.run(catalog.note_belonging("acme", document_id, partition="vector_store_files#acme", key="x"))
        assert residue(api, file.id)["records"] == before + 1
        api.run(api.rag.worker.drain())
        assert residue(api, file.id)["total"] == 0


@pytest.mark.parametrize("name", ["vs_none", "vs_" + "0" * 27, "vs_" + "x" * 3_000, "vs_%2F", "nothing"])
def test_a_store_or_batch_that_is_not_there_is_not_found(api: Served, name: str) -> None:
    with pytest.raises(openai.NotFoundError):
        api.client.vector_stores.retrieve(name)
    store = api.client.vector_stores.create(name="real")
    with pytest.raises(openai.NotFoundError):
        api.client.vector_stores.file_batches.retrieve(name.replace("vs_", "vsfb_"), vector_store_id=store.id)


def test_stores_of_one_tenant_are_nothing_to_another(api: Served) -> None:
    store = api.client.vector_stores.create(name="mine", file_ids=[api.upload(NORWAY)])
    [file] = api.client.vector_stores.files.list(store.id)
    theirs = api.other.vector_stores
    assert store.id not in [one.id for one in theirs.list()]
    for call in (
        lambda: theirs.retrieve(store.id),
        lambda: theirs.update(store.id, name="ours"),
        lambda: theirs.delete(store.id),
        lambda: theirs.search(store.id, query="Norway"),
        lambda: theirs.files.list(store.id),
        lambda: theirs.files.retrieve(file.id, vector_store_id=store.id),
        lambda: theirs.files.create(theirs.create(name="own").id, file_id=file.id),
        lambda: theirs.file_batches.create(store.id, file_ids=[file.id]),
    ):
        with pytest.raises(openai.NotFoundError):
            call()
    assert api.client.vector_stores.retrieve(store.id).name == "mine"


def residue(api: Served, file_id: str) -> dict[str, int]:
    answer = api.http.get(f"/v1/documents/doc_{file_id.removeprefix('file-')}/residue")
    assert answer.status_code == 200, answer.text
    found: dict[str, int] = answer.json()
    return found


def residue_of_a_fresh_document(api: Served) -> int:
    """Records of a document that is in no store."""
    fresh = api.upload(f"Nothing holds this, {datetime.now(UTC)}.", filename="fresh.txt")
    return residue(api, fresh)["records"]
