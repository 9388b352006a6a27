"""One data folder in which processes are killed: what was promised there, and what readers may see of it."""

import asyncio
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from app.folder import worker_lock
from app.kernel.documents import DocumentStatus
from app.kernel.errors import NotFound
from app.kernel.ports.index import SearchMode
from app.rag.assembly import assemble_service, assemble_worker
from app.rag.ingest import Observer, unobserved
from app.rag.service import RagService
from app.rag.worker import Worker
from app.settings import Settings, read_settings
from app.web.authentication import LOCAL_TENANT as TENANT
from app.wiring import Ports, build
from tests.app.rag.running import InlineReader, embedder

_WORDS = (
    "stone river cloud meadow lantern harbour copper window orchard marble thunder velvet anchor".split()  # noqa: SIM905
)


def text_of(marker: str, version: int, *, sentences: int = 60) -> str:
    """A text of a few chunks; every sentence holds the marker and the version."""
    return " ".join(
        f"{marker} version{version} keeps the {_WORDS[n % 13]} near the {_WORDS[n * 5 % 13]} of place {n}."
        for n in range(sentences)
    )


def ports_of(settings: Settings, *, role: Any) -> Ports:
    return replace(build(settings, role=role), embedder=embedder())


def settings_of(folder: Path) -> Settings:
    return read_settings({"GENAI_DATA_DIR": str(folder)})


@asynccontextmanager
async def one_worker(
    folder: Path, *, observe: Observer = unobserved, change: Callable[[Ports], None] = lambda _: None
) -> AsyncIterator[Worker]:
    """The one writer of the folder, ready to drain, as app.rag.application opens it but for the reader's process."""
    lock = worker_lock(folder)
    lock.take(wait_s=30)
    ports = ports_of(settings_of(folder), role="worker")
    change(ports)
    try:
        worker = assemble_worker(ports, InlineReader(), observe=observe)
        await worker.resume([TENANT])
        yield worker
    finally:
        await ports.aclose()
        lock.release()


@dataclass
class Scene:
    """`service` is the API's side; `promised` holds {document_id: (marker, newest version)} of what was acknowledged."""

    folder: Path
    service: RagService
    ports: Ports
    promised: dict[str, tuple[str, int]] = field(default_factory=dict)
    deleted: dict[str, str] = field(default_factory=dict)
    looks: int = 0

    async def upload(self, marker: str, *, sentences: int = 60) -> str:
        accepted = await self.service.upload.add(
            TENANT,
            filename=f"{marker}.txt",
            content=text_of(marker, 1, sentences=sentences).encode(),
            metadata={},
        )
        self.promised[accepted.document.document_id] = (marker, 1)
        return accepted.document.document_id

    async def replace(self, document_id: str) -> None:
        marker, version = self.promised[document_id]
        await self.service.upload.replace(
            TENANT, document_id, filename=None, content=text_of(marker, version + 1).encode(), metadata=None
        )
        self.promised[document_id] = (marker, version + 1)

    async def delete(self, document_id: str) -> None:
        await self.service.delete.request(TENANT, document_id)
        self.deleted[document_id] = self.promised.pop(document_id)[0]

    async def visible(self, marker: str) -> dict[tuple[str, int], set[int]]:
        """{(document, version): ordinals found} of a marker, as a query sees it now."""
        found = await self.service.search(marker, tenant=TENANT, limit=100, mode=SearchMode.LEXICAL)
        seen: dict[tuple[str, int], set[int]] = defaultdict(set)
        texts: dict[str, set[str]] = defaultdict(set)
        for hit in found.hits:
            if marker in hit.chunk.text:
                seen[hit.document.document_id, hit.document.version].add(hit.chunk.ordinal)
                texts[hit.document.document_id] |= set(re.findall(r"version\d+", hit.chunk.text))
        assert all(len(versions) == 1 for versions in texts.values()), f"Texts of several versions: {texts}"
        return dict(seen)

    async def look(self, marker: str, *, may_be_absent: bool) -> None:
        """Whole or not at all, one version at a time, nothing of what was deleted."""
        self.looks += 1
        seen = await self.visible(marker)
        assert len(seen) <= 1, f"Two versions at once: {seen}"
        for ordinals in seen.values():
            assert ordinals == set(range(len(ordinals))) and len(ordinals) > 1, f"Half visible: {seen}"
        assert seen or may_be_absent, f"{marker} is gone."
        if marker in self.deleted.values():
            assert not seen, f"Deleted, and still there: {seen}"

    @asynccontextmanager
    async def watched(self, *, present: set[str]) -> AsyncIterator[None]:
        """Readers look on all the while; markers in `present` answered before and must go on doing so."""
        done = asyncio.Event()

        async def read() -> None:
            while not done.is_set():
                for marker in [*(one for one, _ in self.promised.values()), *self.deleted.values()]:
                    await self.look(marker, may_be_absent=marker not in present)
                    await asyncio.sleep(0.001)
                await asyncio.sleep(0.002)

        reading = asyncio.create_task(read())
        try:
            yield
        finally:
            done.set()
            await reading

    async def finish(self) -> None:
        """A second worker brings everything to its end."""
        async with one_worker(self.folder) as worker:
            await worker.drain()

    async def check(self) -> None:
        """Everything that was promised is there, everything that was deleted is gone, and no job is open."""
        for document_id, (marker, version) in self.promised.items():
            document = await self.service.document(TENANT, document_id)
            assert (document.status, document.failure) == (DocumentStatus.READY, None), document
            assert (await self.service.read(TENANT, document_id, self._text))[1] == text_of(
                marker, version
            ) or (text_of(marker, version, sentences=8))
            assert {one[0] for one in await self.visible(marker)} == {document_id}
            await self.look(marker, may_be_absent=False)
            assert await self.ports.objects.residue(f"documents/{TENANT}/{document_id}/") == 5
        for document_id in self.deleted:
            with suppress(NotFound):  # deleted before anything of it had been written
                assert (await self.service.delete.residue(TENANT, document_id)).total == 0, document_id
        jobs, _ = await self.service.catalog.jobs(TENANT, limit=1000)
        assert [job for job in jobs if job.status.value not in ("done", "cancelled")] == []
        assert await self.ports.work.depth() == 0

    async def _text(self, document: Any) -> str:
        key = f"documents/{TENANT}/{document.document_id}/{document.version}/extracted.json"
        return str(json.loads(await self.ports.objects.get(key))["text"])


@asynccontextmanager
async def scene(folder: Path) -> AsyncIterator[Scene]:
    settings = settings_of(folder)
    ports = ports_of(settings, role="api")
    yield Scene(folder, assemble_service(settings, ports), ports)
    await ports.aclose()
