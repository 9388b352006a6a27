"""Finds out what stands in the cluster when a process opens the index: the live one, another embedder's, or none yet."""

import asyncio
import threading
from dataclasses import dataclass

from app.adapters.embedded.index.embedded import mismatch
from app.adapters.opensearch.connection import Cluster
from app.adapters.opensearch.generations import Generations
from app.adapters.opensearch.layout import building_alias
from app.adapters.opensearch.record import Record
from app.kernel.documents import DocumentVersion
from app.kernel.errors import Unavailable

# Longer than a healthy cluster takes to make an index, shorter than what starts a service has patience for.
_OPEN_S = 15.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """The index that a process asks for. any_embedder: whichever built the one that is there."""

    name: str
    fingerprint: str
    dimensions: int
    any_embedder: bool


async def settle(cluster: Cluster, wanted: Wanted) -> tuple[str, int]:
    """Find the live index, or make it; drop replaced ones. Returns the fingerprint and dimensions it has.

    Raises: SettingsError without the k-NN plugin; EmbedderMismatch for documents of another embedder.
    """
    generations = Generations(cluster, name=wanted.name)
    asked = (wanted.fingerprint, wanted.dimensions)
    await generations.must_have_knn()
    standing = await generations.standing()
    await generations.drop(*standing.orphans)
    if standing.live is None:
        await generations.create(
            standing, fingerprint=wanted.fingerprint, dimensions=wanted.dimensions, alias=wanted.name
        )
        return asked
    built_by, dimensions = standing.fingerprints[standing.live]
    if built_by == wanted.fingerprint or wanted.any_embedder:
        return built_by, dimensions
    if held := len(await visible_documents(Record(cluster, name=wanted.name, target=standing.live))):
        raise mismatch(built_by, wanted.fingerprint, held)
    fresh = await generations.create(
        standing,
        fingerprint=wanted.fingerprint,
        dimensions=wanted.dimensions,
        alias=building_alias(wanted.name),
    )
    if fresh is not None:
        await generations.go_live(fresh, instead_of=standing.live)
        await generations.drop(standing.live)
    return asked


def settled_apart(cluster: Cluster, wanted: Wanted) -> tuple[str, int]:
    """The same from code that is not asynchronous, whether or not an event loop runs in this thread."""
    settled: list[tuple[str, int]] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            settled.append(asyncio.run(_within_limit(cluster.apart(), wanted)))
        except BaseException as error:  # noqa: BLE001 - handed to the caller
            failed.append(error)

    thread = threading.Thread(target=run, name="opensearch-open")
    thread.start()
    thread.join()
    if failed:
        raise failed[0]
    return settled[0]


async def visible_documents(record: Record) -> list[DocumentVersion]:
    seen = await record.look()
    return [head.document async for head in record.heads(seen.index) if not seen.visibility.hides(head.put)]


async def _within_limit(cluster: Cluster, wanted: Wanted) -> tuple[str, int]:
    """With connections of its own: they end with the event loop of this thread."""
    try:
        async with asyncio.timeout(_OPEN_S):
            return await settle(cluster, wanted)
    except TimeoutError:
        raise Unavailable(f"OpenSearch did not answer in {_OPEN_S:.0f} s.") from None
    finally:
        await cluster.aclose()
