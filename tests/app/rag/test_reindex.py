"""The index is a cache: it comes back from the objects alone, without embedding, and so do lost records."""

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.kernel.errors import EmbedderMismatch, Unavailable
from app.kernel.retrieval import RetrievalProfile
from app.rag.assembly import assemble_worker
from app.rag.catalog import Catalog
from app.rag.operations import OPERATOR, Operations
from app.wiring import build
from tests.app.rag.running import InlineReader, Running, embedder, running, upload_body

pytestmark = pytest.mark.anyio


class OtherEmbedder:
    """Letters counted: another model, other dimensions."""

    fingerprint, dimensions, max_tokens, counts_word_pieces = "letters-1", 26, 1000, False
    profile = RetrievalProfile()

    def count_tokens(self, text: str) -> int:
        return len(text.split())

    async def embed(self, texts: Any, *, kind: str = "passage") -> Any:
        rows = np.array([[text.lower().count(chr(97 + n)) for n in range(26)] for text in texts], np.float32)
        return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)

    async def ping(self) -> None:
        """Always there."""


class NoEmbedder:
    """Every call is a mistake."""

    def __init__(self) -> None:
        self.fingerprint, self.dimensions, self.profile = (
            embedder().fingerprint,
            embedder().dimensions,
            embedder().profile,
        )
        self.max_tokens, self.counts_word_pieces = embedder().max_tokens, embedder().counts_word_pieces

    def count_tokens(self, text: str) -> int:
        return embedder().count_tokens(text)

    async def embed(self, texts: Any, *, kind: str = "passage") -> Any:
        if kind == "query":
            return await embedder().embed(texts, kind="query")
        raise AssertionError(f"embedded {texts!r}")

    async def ping(self) -> None:
        """Always there."""


@asynccontextmanager
async def _again(
    folder: Path, *lost: str, before: Callable[[], None] = lambda: None
) -> AsyncIterator[Running]:
    """The service on the folder anew, after some of it was lost; nothing may be embedded."""
    for name in lost:
        shutil.rmtree(folder / name)
    before()
    async with running(folder, embedder=NoEmbedder()) as rag:
        yield rag


async def _fill(folder: Path) -> tuple[list[str], list[Any]]:
    """Documents with a past: replaced, described, cancelled, failed, deleted. Returns ids and what is found."""
    async with running(folder) as rag:
        plain = await rag.upload("Plain old fact about lighthouses.")
        replaced = await rag.upload("First light fact.")
        await rag.http.put(f"/v1/documents/{replaced['document_id']}", json=upload_body("Second light fact."))
        await rag.worker.drain()
        described = await rag.upload("Described fact about light.", metadata={"year": 1})
        await rag.http.put(
            f"/v1/documents/{described['document_id']}", json={"metadata": {"year": 2}, "filename": "d.txt"}
        )
        gone = await rag.upload("Deleted light fact.")
        await rag.http.delete(f"/v1/documents/{gone['document_id']}", params={"wait": 0})
        await rag.worker.drain()
        await rag.upload("Light of globex.", client=rag.other)
        ids = [plain["document_id"], replaced["document_id"], described["document_id"]]
        return ids, await _seen(rag)


async def _seen(rag: Running) -> list[Any]:
    """What a search shows, without the scores: BM25 still counts deleted words until they are merged away."""
    hits = await rag.found("light fact lighthouses")
    return sorted([hit["chunk_id"], hit["text"], hit["filename"], str(hit["metadata"])] for hit in hits)


async def test_a_lost_index_comes_back_the_same_without_embedding_anything(tmp_path: Path) -> None:
    _, before = await _fill(tmp_path)
    async with _again(tmp_path, "index") as rag:
        assert await rag.found("light") == []
        done = await rag.worker.reindex()
        assert (done.documents, done.embedded, done.restored) == (4, 0, 0)
        assert await _seen(rag) == before
        assert len(await rag.found("light", client=rag.other)) == 1


async def test_lost_records_come_back_from_the_manifests(tmp_path: Path) -> None:
    ids, before = await _fill(tmp_path)
    async with _again(tmp_path, "index", "records") as rag:
        done = await rag.worker.reindex()
        assert (done.documents, done.restored) == (4, 4)
        assert await _seen(rag) == before
        listed = (await rag.get("/v1/documents"))["documents"]
        assert {item["document_id"] for item in listed} == set(ids)
        described = next(item for item in listed if item["filename"] == "d.txt")
        assert (described["status"], described["metadata"]) == ("ready", {"year": 2})
        assert (await rag.get(f"/v1/documents/{ids[0]}/text"))["text"] == "Plain old fact about lighthouses."
        again = await rag.upload("Plain old fact about lighthouses.")
        assert again["duplicate_of"] == ids[0]
        object.__setattr__(rag.worker.ingest, "embedder", embedder())
        await rag.http.put(f"/v1/documents/{ids[1]}", json=upload_body("Third light fact."))
        await rag.worker.drain()
        assert (await rag.get(f"/v1/documents/{ids[1]}"))["version"] == 3
        for document_id in ids:
            await rag.http.delete(f"/v1/documents/{document_id}", params={"wait": 0})
        await rag.worker.drain()
        assert [(await rag.get(f"/v1/documents/{one}/residue"))["total"] for one in ids] == [0, 0, 0]


async def test_a_version_that_was_stored_but_never_published_does_not_hide_the_one_that_answers(
    tmp_path: Path,
) -> None:
    async with running(tmp_path) as rag:
        taken = await rag.upload("Visible version.")
        answer = await rag.http.put(
            f"/v1/documents/{taken['document_id']}", json=upload_body("Cancelled version.")
        )
        job_id = answer.json()["job_id"]

        async def cancel_late(step: str) -> None:
            if step == "indexing":
                assert (await rag.http.post(f"/v1/jobs/{job_id}/cancel")).status_code == 200

        object.__setattr__(rag.worker.ingest, "observe", cancel_late)
        await rag.worker.drain()
        stored = [key async for key in rag.ports.objects.keys("documents/acme/")]
        assert sum(key.endswith("manifest.json") for key in stored) == 2
    async with _again(tmp_path, "index") as rag:
        await rag.worker.reindex()
        assert [hit["text"] for hit in await rag.found("version")] == ["Visible version."]


async def test_searches_are_answered_and_changes_taken_while_a_rebuild_runs(rag: Running) -> None:
    taken = [await rag.upload(f"Steady fact {number}.") for number in range(4)]
    paths = [f"/v1/documents/{one['document_id']}" for one in taken]
    original = rag.worker.reindex._parts
    seen: list[int] = []

    async def disturbed(manifest: Any, **arguments: Any) -> Any:
        seen.append(len(await rag.found("steady", mode="lexical")))
        if len(seen) == 2:
            await rag.upload("Steady fact added.")
        if len(seen) == 3:
            await rag.http.delete(paths[0], params={"wait": 0})
            await rag.http.put(paths[1], json={"metadata": {"year": 2}})
        return await original(manifest, **arguments)

    object.__setattr__(rag.worker, "reindex", _with_parts(rag, disturbed))
    await rag.worker.reindex()
    texts = {hit["text"] for hit in await rag.found("steady", mode="lexical")}
    assert texts == {f"Steady fact {number}." for number in (1, 2, 3)} | {"Steady fact added."}
    assert min(seen) == 4
    [described] = await rag.found("steady", filters={"year": 2})
    assert described["text"] == "Steady fact 1."
    await rag.upload("Steady after.")
    assert len(await rag.found("steady", mode="lexical")) == 5


def _with_parts(rag: Running, parts: Any) -> Any:
    from app.rag.reindex import Reindex

    class Disturbed(Reindex):
        async def _parts(self, manifest: Any, **arguments: Any) -> Any:
            return await parts(manifest, **arguments)

    old = rag.worker.reindex
    return Disturbed(old.catalog, old.objects, old.index, old.embedder, old.ingest)


async def test_another_embedder_is_refused_by_name_until_embed_is_asked_for(tmp_path: Path) -> None:
    _, _ = await _fill(tmp_path)
    async with running(tmp_path) as rag:
        settings = rag.settings
    with pytest.raises(EmbedderMismatch) as raised:
        async with running(tmp_path, embedder=OtherEmbedder()) as rag:
            await rag.worker.reindex()
    assert "reindex --embed" in raised.value.detail
    ports = replace(build(settings, role="reindex"), embedder=OtherEmbedder())
    done = await assemble_worker(ports, InlineReader()).reindex(embed=True)
    assert done.documents == 4 and done.embedded == 4
    kept = [key async for key in ports.objects.keys("documents/") if "vectors-" in key]
    assert len(kept) == 4 and all("letters-1" in key for key in kept)
    await ports.aclose()


async def test_a_document_whose_parts_are_gone_stops_the_rebuild_with_its_name(rag: Running) -> None:
    taken = await rag.upload("Gone parts.")
    await rag.ports.objects.purge(f"documents/acme/{taken['document_id']}/1/manifest.json")
    async with _limit():
        with pytest.raises(Unavailable) as raised:
            await rag.worker.reindex()
    assert taken["document_id"] in raised.value.detail
    assert len(await rag.found("gone parts")) == 1


def _limit() -> Any:
    import asyncio

    return asyncio.timeout(30)


async def test_a_tool_queues_one_rebuild_at_a_time_for_the_running_worker(rag: Running) -> None:
    await rag.upload("Online fact.")
    operations = Operations(Catalog(rag.ports.records), rag.ports.work)
    async with rag.working():
        for _ in range(3):
            job = await operations.reindex(embed=False)
            assert (job.status, job.step) == ("done", "1 documents, 1 chunks")
    assert len((await Catalog(rag.ports.records).jobs(OPERATOR))[0]) == 1
    assert len(await rag.found("online fact")) == 1
