"""Changes one index: every step leaves it whole, whoever is killed after it."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

import numpy as np

from app.adapters.opensearch.layout import Head, chunk_sources, read_chunk, writing_alias
from app.adapters.opensearch.record import Record, Seen, now
from app.adapters.opensearch.visibility import ANY_VERSION
from app.kernel.documents import Chunk, DocumentVersion, new_id
from app.kernel.errors import EmbedderMismatch, NotFound, ProviderTimeout, Unavailable

if TYPE_CHECKING:
    from app.kernel.ports.embeddings import Matrix

_log = logging.getLogger("genai.opensearch")

# Half of what makes a staged put abandoned: a sweep never takes one that is still being written.
_PUT_S = 1_800.0
_DELETE_S = 120.0
_COPIED = 200


class IndexWriter:
    """put: hidden in the record, then chunks, then the head that says all are there.

    publish: refreshed, then one change of the record shows the new and hides what they supersede, then that is
    deleted, then the record forgets it. withdraw: one change of the record hides, then delete, then forget.
    Killed in between, what is hidden stays hidden; the next publish or withdraw deletes it, a put without its head
    after an hour.
    """

    def __init__(self, record: Record, *, fingerprint: str, dimensions: int) -> None:
        self._record = record
        self._cluster = record.cluster
        self._fingerprint = fingerprint
        self._dimensions = dimensions

    async def put(self, document: DocumentVersion, chunks: Sequence[Chunk], vectors: "Matrix") -> None:
        if vectors.shape != (len(chunks), self._dimensions):
            raise EmbedderMismatch(
                f"{len(chunks)} chunks came with vectors of shape {tuple(vectors.shape)}, but this index holds "
                f"{self._dimensions} numbers a chunk; run `python -m app.rag reindex --embed`."
            )
        rows = np.ascontiguousarray(vectors, dtype=np.float32)
        put = new_id("put")
        try:
            async with asyncio.timeout(_PUT_S):
                index = await self._stage(put, document)
                sources = chunk_sources(put, document, chunks, rows)
                await self._write(index, Head(put, document, len(chunks)), sources)
        except TimeoutError:
            raise ProviderTimeout(
                f"OpenSearch did not take {len(chunks)} chunks of document {document.document_id!r} in "
                f"{_PUT_S:.0f} s; try again.",
                retry_after_s=60,
            ) from None

    async def publish(self, documents: Sequence[DocumentVersion]) -> None:
        if not documents:
            return
        await self._record.refresh(self._record.target)

        async def switch(seen: Seen) -> bool:
            self._refuse_sealed(seen)
            held: dict[tuple[str, str], list[Head]] = {}
            async for head in self._record.heads(seen.index, of=documents):
                held.setdefault((head.document.tenant, head.document.document_id), []).append(head)
            # All of them, so no generator: one that stops early would leave the rest unpublished.
            changed = [
                self._show(seen, document, held.get((document.tenant, document.document_id), []))
                for document in documents
            ]
            return any(changed)

        seen = await self._record.change(switch)
        try:
            await self.sweep(seen)
        except Unavailable as error:  # published it is; the next publish or withdraw deletes what is left
            _log.warning("Superseded chunks stay until the next change of the index: %s", error.detail)

    async def describe(self, document: DocumentVersion) -> None:
        """Copy the visible put under the new description, and switch to the copy as publish does.

        The description is part of every chunk, for filters inside the search; writing it chunk by chunk would
        show a half-described document.
        """
        await self._record.refresh(self._record.target)
        while (old := await self._visible(document)) is not None:
            new = Head(
                new_id("put"),
                DocumentVersion(
                    document.tenant,
                    document.document_id,
                    old.document.version,
                    document.filename,
                    document.metadata,
                ),
                old.chunks,
            )
            index = await self._stage(new.put, new.document)
            async for chunks, vectors in self._parts(index, old):
                sources = chunk_sources(new.put, new.document, chunks, vectors)
                await self._cluster.bulk(writing_alias(index), sources)
            await self._write(index, new, ())
            await self._record.refresh(index)
            if await self._replace(old, new):
                return

    async def withdraw(self, tenant: str, document_id: str) -> int:
        """Hide and delete every put; returns the newest version there was, 2**62 when it cannot be known."""
        await self._record.refresh(self._record.target)
        document = DocumentVersion(tenant, document_id, 0)
        versions: set[int] = set()

        async def hide(seen: Seen) -> bool:
            heads = [head async for head in self._record.heads(seen.index, of=[document])]
            whole = {head.put for head in heads}
            staged = seen.visibility.staged_of(tenant, document_id)
            versions.update([head.document.version for head in heads], [one.version for _, one in staged])
            doomed = [put for put in (*whole, *dict(staged)) if put not in seen.visibility.dead]
            for put in doomed:
                seen.visibility.bury(put, now=now(), whole=put in whole)
            return bool(doomed)

        await self.sweep(await self._record.change(hide))
        return max(versions, default=ANY_VERSION)

    async def forbid(self, tenant: str, document_id: str, *, version: int) -> None:
        """Withdraw from an index that is being built, whose next puts may be of a document read before."""

        async def mark(seen: Seen) -> bool:
            document = DocumentVersion(tenant, document_id, version)
            if seen.visibility.was_withdrawn(document):
                return False
            seen.visibility.withdraw(tenant, document_id, version=version)
            return True

        await self._record.change(mark)
        await self.withdraw(tenant, document_id)

    async def sweep(self, seen: Seen) -> None:
        """Delete what is hidden for good or was never finished, then have the record forget it."""
        doomed = {*seen.visibility.dead, *seen.visibility.abandoned(now=now())}
        if not doomed:
            return

        async def bury(again: Seen) -> bool:
            late = again.visibility.abandoned(now=now())
            for put in late:
                again.visibility.bury(put, now=now(), whole=False)
            return bool(late)

        async def forget(again: Seen) -> bool:
            return again.index == seen.index and again.visibility.forget(doomed, now=now())

        if seen.visibility.abandoned(now=now()):
            await self._record.change(bury)
        await self._delete(seen.index, doomed)
        await self._record.change(forget)

    def _show(self, seen: Seen, document: DocumentVersion, heads: Sequence[Head]) -> bool:
        """Make the last complete put of this version the visible one; whether that changed anything."""
        visibility = seen.visibility
        live = [head for head in heads if not visibility.hides(head.put)]
        complete = {head.put for head in heads}
        staged = [
            put
            for put, one in visibility.staged_of(document.tenant, document.document_id)
            if one.version == document.version
        ]
        ready = [put for put in staged if put in complete]
        if not ready:
            if any(head.document.version >= document.version for head in live):
                return False
            raise NotFound(
                f"Version {document.version} of document {document.document_id!r} has no chunks in the index; "
                "put it before publishing it."
            )
        chosen = ready[-1]
        forbidden = self._record.building and visibility.was_withdrawn(document)
        outdated = forbidden or any(head.document.version > document.version for head in live)
        # A put of this version begun before the chosen one is superseded with it; one begun later is under way. One of an
        # older version was left by a job that this one overtook, often a killed worker's; nobody will publish it.
        passed = staged[: staged.index(chosen)] + [
            put
            for put, one in visibility.staged_of(document.tenant, document.document_id)
            if one.version < document.version
        ]
        for put in (*passed, *([chosen] if outdated else [head.put for head in live])):
            visibility.bury(put, now=now(), whole=put in complete)
        visibility.staged.pop(chosen, None)
        return True

    async def _stage(self, put: str, document: DocumentVersion) -> str:
        """Hide the put before any of it is there; returns the index it goes to."""

        async def hide(seen: Seen) -> bool:
            self._refuse_sealed(seen)
            await self._record.must_be_built_with(seen.index, self._fingerprint)
            if put in seen.visibility.staged:
                return False
            seen.visibility.stage(put, document, now=now())
            return True

        return (await self._record.change(hide)).index

    async def _write(self, index: str, head: Head, chunks: Iterable[tuple[str, dict[str, Any]]]) -> None:
        """Chunks, then the head."""
        await self._cluster.bulk(writing_alias(index), chain(chunks, [(head.put, head.source())]))
        seen = await self._record.look()
        if seen.index == index and head.put not in seen.visibility.staged:  # withdrawn while it was written
            await self._record.refresh(index)
            await self._delete(index, [head.put])

    async def _visible(self, document: DocumentVersion) -> Head | None:
        seen = await self._record.look()
        heads = [head async for head in self._record.heads(seen.index, of=[document])]
        return next((head for head in heads if not seen.visibility.hides(head.put)), None)

    async def _replace(self, old: Head, new: Head) -> bool:
        """Switch from one put to the other; False when the old one was superseded meanwhile."""
        switched = False

        async def switch(seen: Seen) -> bool:
            nonlocal switched
            self._refuse_sealed(seen)
            path = f"/{seen.index}/_doc/{old.put}"
            held = await self._cluster.call("GET", path, params={"preference": "_primary"}, allow=(404,))
            switched = held.get("found", False) and not seen.visibility.hides(old.put)
            # Overtaken: the copy goes the way of every superseded put.
            seen.visibility.bury(old.put if switched else new.put, now=now(), whole=True)
            seen.visibility.staged.pop(new.put, None)
            return True

        await self.sweep(await self._record.change(switch))
        return switched

    async def _parts(self, index: str, head: Head) -> AsyncIterator[tuple[list[Chunk], list[Any]]]:
        """The chunks of a put with their vectors, a page at a time."""
        after = -1
        while True:
            reply = await self._cluster.call(
                "POST",
                f"/{index}/_search",
                body={
                    "size": _COPIED,
                    "sort": ["ordinal"],
                    "search_after": [after],
                    "query": {"bool": {"filter": [{"term": {"put": head.put}}, {"term": {"kind": "chunk"}}]}},
                },
                params={"allow_partial_search_results": "false"},
                timeout_s=30.0,
            )
            hits = reply["hits"]["hits"]
            if not hits:
                return
            after = hits[-1]["sort"][0]
            chunks = [read_chunk(hit["_source"]) for hit in hits]
            yield chunks, [hit["_source"].get("vector") for hit in hits]

    async def _delete(self, index: str, puts: Iterable[str]) -> None:
        try:
            reply = await self._cluster.call(
                "POST",
                f"/{index}/_delete_by_query",
                body={"query": {"terms": {"put": sorted(puts)}}},
                params={"conflicts": "proceed", "refresh": "true"},
                timeout_s=_DELETE_S,
            )
        except NotFound:  # the whole index is gone, and with it what was to go
            return
        if reply["failures"]:
            raise Unavailable(
                f"OpenSearch left {len(reply['failures'])} superseded chunks; the next change deletes them.",
                retry_after_s=1,
            )

    def _refuse_sealed(self, seen: Seen) -> None:
        if seen.visibility.sealed(now=now()):
            raise Unavailable("The index is being replaced by a rebuilt one; try again.", retry_after_s=1)
