"""The index port on OpenSearch: opened without waiting for the cluster, settled with it as soon as it answers."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Self

from pydantic import SecretStr

from app.adapters.opensearch.connection import Cluster
from app.adapters.opensearch.generations import Generations
from app.adapters.opensearch.layout import building_alias, valid_name
from app.adapters.opensearch.opening import Wanted, settle, settled_apart, visible_documents
from app.adapters.opensearch.record import Alter, Record, Seen, now
from app.adapters.opensearch.searching import IndexReader
from app.adapters.opensearch.visibility import SEALED_S
from app.adapters.opensearch.writer import IndexWriter
from app.kernel.documents import Chunk, DocumentVersion
from app.kernel.errors import Conflict, NotFound, ProviderRejected, SettingsError, Unavailable
from app.kernel.ports.index import Hit, SearchRequest
from app.kernel.retrieval import Fusion, RetrievalProfile

if TYPE_CHECKING:
    from app.kernel.ports.embeddings import Matrix


class OpenSearchIndex:
    """One index an embedder, behind the alias `name`; any number of processes search, write and withdraw.

    OpenSearch changes one document at a time. Here that document is the visibility record of the index: it names
    the puts that are hidden, staged ones and superseded ones. A publish of any number of documents, or a withdrawal,
    is one conditional write of it. A search reads the record (by id, so as of now), leaves out inside the search
    what it hides, and reads it again with the texts: when something visible was hidden meanwhile, it starts over.

    A process killed
    - in a put: its chunks are in the record as staged, so no search returns them; deleted after an hour.
    - in a publish before the write of the record: as if it had not begun. After it: the new is visible, the old is
      hidden, and the next publish or withdrawal deletes it.
    - in a withdrawal: the same. Once hidden, nothing shows it again.
    - in a rebuild: the live index was never touched; the next rebuild drops the unfinished one.
    - in a switch before the aliases moved: publishing waits a minute for it, then goes on with the old index. After
      it: the new one is live; the old one, which no alias means, goes when a process starts.
    """

    def __init__(
        self,
        cluster: Cluster,
        *,
        name: str,
        target: str,
        fingerprint: str,
        dimensions: int,
        profile: RetrievalProfile,
        fusion: Fusion,
    ) -> None:
        self._cluster = cluster
        self._name = name
        self._generations = Generations(cluster, name=name)
        self._record = Record(cluster, name=name, target=target)
        self._fusion = fusion
        self._any_embedder = False
        self._settled = False
        self._settling = asyncio.Lock()
        self._built_with(fingerprint, dimensions=dimensions, profile=profile)

    @classmethod
    def open(
        cls,
        url: str,
        *,
        name: str,
        user: str,
        password: SecretStr,
        fingerprint: str,
        dimensions: int,
        profile: RetrievalProfile,
        fusion: Fusion = Fusion.MINMAX,
        any_embedder: bool = False,
    ) -> Self:
        """Look at the cluster, and make the first index when there is none.

        One that does not answer does not stop the start: the first call that reaches it settles what was left open.
        Raises: SettingsError for a cluster that refuses us, has no k-NN plugin, or a name it cannot use;
        EmbedderMismatch when the documents in it were embedded by another model, unless any_embedder.
        """
        if not valid_name(name):
            raise SettingsError(
                f"GENAI_OPENSEARCH_NAME={name!r} cannot name an index; use lower-case letters, digits, - and _."
            )
        index = cls(
            Cluster(url, user=user, password=password),
            name=name,
            target=name,
            fingerprint=fingerprint,
            dimensions=dimensions,
            profile=profile,
            fusion=fusion,
        )
        index._any_embedder = any_embedder
        try:
            index._take(settled_apart(index._cluster, index._wanted()))
        except (Unavailable, Conflict, NotFound):  # down, or being replaced at this moment
            return index
        except ProviderRejected as error:
            raise SettingsError(error.detail) from error
        return index

    async def aclose(self) -> None:
        await self._cluster.aclose()

    async def put(self, document: DocumentVersion, chunks: Sequence[Chunk], vectors: "Matrix") -> None:
        await self._settle()
        await self._writer.put(document, chunks, vectors)

    async def publish(self, documents: Sequence[DocumentVersion]) -> None:
        await self._settle()
        await self._writer.publish(documents)

    async def describe(self, document: DocumentVersion) -> None:
        async def everywhere(beside: Self | None) -> None:
            await self._writer.describe(document)
            if beside is not None:
                await beside._writer.describe(document)

        await self._in_both(everywhere)

    async def withdraw(self, tenant: str, document_id: str) -> None:
        async def everywhere(beside: Self | None) -> None:
            version = await self._writer.withdraw(tenant, document_id)
            if beside is not None:
                await beside._writer.forbid(tenant, document_id, version=version)

        await self._in_both(everywhere)

    async def search(self, request: SearchRequest) -> Sequence[Hit]:
        await self._settle()
        return await self._reader.search(request)

    async def neighbours(self, hit: Hit, *, radius: int) -> Sequence[Chunk]:
        await self._settle()
        return await self._reader.neighbours(hit, radius=radius)

    async def coverage(self, tenant: str, question: str, passages: Sequence[str]) -> Sequence[float]:
        await self._settle()
        return await self._reader.coverage(tenant, question, passages)

    async def residue(self, tenant: str, document_id: str) -> int:
        await self._settle()
        left = 0
        wanted = [
            {"term": {"kind": "chunk"}},
            {"term": {"tenant": tenant}},
            {"term": {"document_id": document_id}},
        ]
        for index in (await self._generations.standing()).fingerprints:
            try:
                await self._record.refresh(index)
                reply = await self._cluster.call(
                    "POST", f"/{index}/_count", body={"query": {"bool": {"filter": wanted}}}
                )
            except (NotFound, Unavailable):
                if index in (await self._generations.standing()).fingerprints:
                    raise
                continue  # dropped while we looked
            left += int(reply["count"])
        return left

    async def count(self) -> int:
        await self._settle()
        return await self._reader.count()

    async def ping(self) -> None:
        """Raises what a search would: Unavailable, or EmbedderMismatch when another embedder's index went live."""
        await self._settle()
        seen = await self._record.look()
        await self._record.must_be_built_with(seen.index, self._fingerprint)

    async def rebuild(self, *, fingerprint: str, dimensions: int, profile: RetrievalProfile) -> Self:
        """An empty index beside this one, for the same or another embedder, unseen until `switch`.

        What an earlier, unfinished rebuild left is dropped. Put and publish everything in it, until `behind`
        names nothing more, switch, and go on with it instead of this one. Meanwhile this one serves and takes
        changes; what is withdrawn from it cannot come back through the rebuild.
        """
        await self._settle()
        while True:
            standing = await self._generations.standing()
            await self._generations.drop(
                *standing.orphans, *([standing.building] if standing.building else [])
            )
            index = await self._generations.create(
                standing, fingerprint=fingerprint, dimensions=dimensions, alias=building_alias(self._name)
            )
            if index is not None:
                return self._twin(index, fingerprint=fingerprint, dimensions=dimensions, profile=profile)

    async def behind(self) -> Sequence[DocumentVersion]:
        """Live document versions that this rebuild does not have yet."""
        live = (await self._generations.standing()).live
        if live is None or live == self._record.target:
            return []
        have = {
            (document.tenant, document.document_id): document.version
            for document in await visible_documents(self._record)
        }
        wanted = await visible_documents(Record(self._cluster, name=self._name, target=live))
        return [
            document
            for document in wanted
            if have.get((document.tenant, document.document_id), -1) < document.version
        ]

    async def switch(self) -> None:
        """Move the alias to this rebuild in one request; searches follow at once, the old index goes.

        Raises: Conflict when the live index has documents that this one lacks; Unavailable when that took too long.
        """
        live = (await self._generations.standing()).live
        if live != self._record.target:
            await self._go_live(instead_of=live)
        await self._generations.drop(*(await self._generations.standing()).orphans)

    async def follow(self, rebuilt: Self) -> None:
        """Go on as the rebuild that was switched to."""
        self._built_with(rebuilt._fingerprint, dimensions=rebuilt._dimensions, profile=rebuilt._profile)

    def _wanted(self) -> Wanted:
        return Wanted(self._name, self._fingerprint, self._dimensions, any_embedder=self._any_embedder)

    def _take(self, embedding: tuple[str, int]) -> None:
        """Go on as what was found."""
        fingerprint, dimensions = embedding
        if fingerprint != self._fingerprint:
            self._built_with(fingerprint, dimensions=dimensions, profile=self._profile)
        self._settled = True

    def _built_with(self, fingerprint: str, *, dimensions: int, profile: RetrievalProfile) -> None:
        self._fingerprint = fingerprint
        self._dimensions = dimensions
        self._profile = profile
        self._reader = IndexReader(
            self._record, fingerprint=fingerprint, profile=profile, fusion=self._fusion
        )
        self._writer = IndexWriter(self._record, fingerprint=fingerprint, dimensions=dimensions)

    def _twin(self, target: str, *, fingerprint: str, dimensions: int, profile: RetrievalProfile) -> Self:
        twin = type(self)(
            self._cluster,
            name=self._name,
            target=target,
            fingerprint=fingerprint,
            dimensions=dimensions,
            profile=profile,
            fusion=self._fusion,
        )
        twin._settled = True
        return twin

    def _beside(self, building: str | None, known: dict[str, tuple[str, int]]) -> Self | None:
        if building is None or building == self._record.target:
            return None
        fingerprint, dimensions = known[building]
        return self._twin(building, fingerprint=fingerprint, dimensions=dimensions, profile=self._profile)

    async def _in_both(self, change: Callable[[Self | None], Awaitable[None]]) -> None:
        """Change the live index and the one that some process is filling; again when they were switched meanwhile."""
        await self._settle()
        while True:
            before = await self._generations.standing()
            beside = self._beside(before.building, before.fingerprints)
            gone = None
            try:
                await change(beside)
            except Conflict as error:  # the one beside was dropped, which shows now
                gone = error
            after = await self._generations.standing()
            if (before.live, before.building) != (after.live, after.building):
                continue
            if gone is not None:
                raise gone
            return

    async def _go_live(self, *, instead_of: str | None) -> None:
        old = Record(self._cluster, name=self._name, target=instead_of) if instead_of else None
        sealed_at = now()
        if old is not None:
            await old.change(_sealing(sealed_at))
        try:
            if missing := await self.behind():
                raise Conflict(
                    f"The rebuilt index lacks {len(missing)} live documents, {missing[0].document_id!r} first; "
                    "put and publish them, then switch."
                )
            if now() - sealed_at > SEALED_S / 2:
                raise Unavailable(
                    "Comparing the rebuilt index with the live one took too long; switch again."
                )
            await self._generations.go_live(self._record.target, instead_of=instead_of)
        except BaseException:
            if old is not None:
                await old.change(_sealing(0.0))
            raise

    async def _settle(self) -> None:
        """Do what `open` could not because the cluster did not answer."""
        if self._settled:
            return
        async with self._settling:
            if not self._settled:
                self._take(await settle(self._cluster, self._wanted()))


def _sealing(at: float) -> Alter:
    async def seal(seen: Seen) -> bool:
        seen.visibility.sealed_at = at
        return True

    return seal
