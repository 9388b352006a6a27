"""One version comes in whole: its parts in the store, its steps noted, and a long document lets the short ones pass."""

import asyncio
import json

import numpy as np
import pytest

from app.kernel.documents import ExtractedText, JobStatus
from app.kernel.errors import ProviderRejected
from app.rag import ingest, layout
from app.rag.catalog import Catalog
from tests.app.rag.running import InlineReader, Running, embedder

pytestmark = pytest.mark.anyio


async def test_the_parts_of_a_version_lie_under_its_prefix_and_agree(rag: Running) -> None:
    taken = await rag.upload(
        "# Title\n\n" + "A sentence of words. " * 300, filename="a.md", metadata={"k": "v"}
    )
    prefix = f"documents/acme/{taken['document_id']}/1/"
    keys = [key.removeprefix(prefix) async for key in rag.ports.objects.keys(prefix)]
    fingerprint = embedder().fingerprint
    assert keys == [
        "chunks.json",
        "extracted.json",
        "manifest.json",
        "original",
        f"vectors-{fingerprint}.npy",
    ]
    manifest = layout.decode_manifest(await rag.ports.objects.get(prefix + "manifest.json"))
    extracted = layout.decode_extracted(await rag.ports.objects.get(prefix + "extracted.json"))
    chunks = layout.decode_chunks(await rag.ports.objects.get(prefix + "chunks.json"), extracted.text)
    vectors = layout.decode_vectors(await rag.ports.objects.get(prefix + f"vectors-{fingerprint}.npy"))
    assert (manifest.metadata, manifest.sha256, manifest.chunks) == ({"k": "v"}, taken["sha256"], len(chunks))
    assert vectors.shape == (len(chunks), embedder().dimensions) and vectors.dtype == np.float32
    again = await embedder().embed([piece.indexed_text() for piece in chunks])
    assert np.allclose(vectors, again, atol=1e-5)


async def test_a_step_that_takes_its_time_is_told_and_a_quick_one_is_not_written(
    rag: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ingest, "_NOTE_S", 0.0)
    seen: list[str] = []
    taken = await rag.upload("Steps.", ingest=False)
    catalog = Catalog(rag.ports.records)

    async def look(step: str) -> None:
        seen.append((await catalog.job("acme", taken["job_id"])).step)

    object.__setattr__(rag.worker.ingest, "observe", look)
    await rag.worker.drain()
    assert seen == [
        "reading",
        "reading",
        "chunking",
        "embedding",
        "storing",
        "indexing",
        "indexing",
        "indexing",
    ]
    job = await catalog.job("acme", taken["job_id"])
    assert (job.status, job.step, job.revision) == (JobStatus.DONE, "", 8)
    monkeypatch.setattr(ingest, "_NOTE_S", 60.0)
    quick = await rag.upload("Quick steps.")
    assert (await catalog.job("acme", quick["job_id"])).revision == 4


async def test_a_short_document_overtakes_a_long_one_at_the_embedder(
    rag: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = embedder()

    class Slow:
        fingerprint, dimensions, profile = real.fingerprint, real.dimensions, real.profile
        max_tokens, counts_word_pieces = real.max_tokens, real.counts_word_pieces
        batches: list[list[str]] = []  # noqa: RUF012 - one instance

        def count_tokens(self, text: str) -> int:
            return real.count_tokens(text)

        async def embed(self, texts, *, kind="passage"):  # type: ignore[no-untyped-def]
            self.batches.append(list(texts))
            await asyncio.sleep(0.05)
            return await real.embed(texts, kind=kind)

    slow = Slow()
    object.__setattr__(rag.worker.ingest, "embedder", slow)
    async with rag.working():
        long = await rag.upload("The long one says much. " * 12_000, filename="long.txt", ingest=False)
        while len(slow.batches) < 2:
            await asyncio.sleep(0.01)
        before = len(slow.batches)
        await rag.upload("The short one.", filename="short.txt", wait=60, ingest=False)
        place = next(n for n, batch in enumerate(slow.batches) if "The short one." in batch)
        while (await rag.get(f"/v1/jobs/{long['job_id']}"))["status"] != "done":
            await asyncio.sleep(0.05)
    assert place <= before + 1 and len(slow.batches) > place + 2


async def test_a_text_that_the_embedder_refuses_fails_its_own_document_only(rag: Running) -> None:
    real = embedder()

    class Picky:
        fingerprint, dimensions, profile = real.fingerprint, real.dimensions, real.profile
        max_tokens, counts_word_pieces = real.max_tokens, real.counts_word_pieces

        def count_tokens(self, text: str) -> int:
            return real.count_tokens(text)

        async def embed(self, texts, *, kind="passage"):  # type: ignore[no-untyped-def]
            if any("poison" in text for text in texts):
                raise ProviderRejected("The provider refuses a text.")
            return await real.embed(texts, kind=kind)

    object.__setattr__(rag.worker.ingest, "embedder", Picky())
    object.__setattr__(rag.worker, "max_attempts", 1)
    for text in ("Good one.", "This is poison.", "Good two."):
        await rag.upload(text, ingest=False)
    await rag.worker.drain()
    jobs = (await rag.get("/v1/jobs"))["jobs"]
    assert [job["status"] for job in jobs] == ["done", "failed", "done"]
    assert jobs[1]["error"]["code"] == "provider_rejected"


async def test_only_a_few_originals_are_in_memory_at_a_time(rag: Running) -> None:
    inside = most = 0

    class Watched(InlineReader):
        async def read(self, content: bytes, *, filename: str) -> ExtractedText:
            nonlocal inside, most
            inside += 1
            most = max(most, inside)
            await asyncio.sleep(0.002)
            inside -= 1
            return await super().read(content, filename=filename)

    object.__setattr__(rag.worker.ingest, "reader", Watched())
    for number in range(12):
        await rag.upload(f"Document {number}.", ingest=False)
    await rag.worker.drain()
    assert most == 3


async def test_documents_close_behind_each_other_share_a_publish_and_a_lone_one_does_not_wait(
    rag: Running,
) -> None:
    steps: list[str] = []

    async def note(step: str) -> None:
        steps.append(step)

    object.__setattr__(rag.worker.ingest, "observe", note)
    for number in range(12):
        await rag.upload(f"Together {number}.", ingest=False)
    await rag.worker.drain()
    assert steps.count("publishing") <= 3
    assert len(await rag.found("together", limit=100)) == 12


def test_the_layout_reads_what_it_wrote() -> None:
    manifest = layout.Manifest(
        "acme", "doc_1", 3, "größe.pdf", {"a": [1, None]}, "ab", 7, 2, None, "T", ("no_text",), "now", "fp"
    )
    assert layout.decode_manifest(layout.encode_manifest(manifest)) == manifest
    assert json.loads(layout.encode_manifest(manifest))["format"] == layout.MANIFEST_FORMAT
    vectors = np.arange(6, dtype=np.float32).reshape(2, 3)
    assert (layout.decode_vectors(layout.encode_vectors(vectors)) == vectors).all()
    assert layout.version_prefix("acme", "doc_1", 3) == "documents/acme/doc_1/3/"
