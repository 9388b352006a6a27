"""The embedded index under kills, switches of generation and strangers' vectors."""

import asyncio
import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from app.adapters.embedded.index import EmbeddedIndex
from app.kernel.errors import Conflict, EmbedderMismatch
from app.kernel.ports.index import SearchMode
from app.kernel.retrieval import Fusion, RetrievalProfile
from tests.conformance.corpora import DIMENSIONS, FINGERPRINT, add, chunks_of, embed, find, found, put

pytestmark = pytest.mark.anyio

SPAWN = multiprocessing.get_context("spawn")
STEPS = (
    "put:reserved",
    "put:vectors",
    "put:words",
    "publish:announced",
    "publish:committed",
    "publish:switched",
    "remove:words",
    "remove:vectors",
    "remove:catalog",
)
PUBLISHED = STEPS[STEPS.index("publish:switched") :]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


def _quiet(step: str) -> None:
    """Let the step pass."""


def open_index(
    folder: Path,
    *,
    writable: bool = True,
    fingerprint: str = FINGERPRINT,
    fusion: Fusion = Fusion.MINMAX,
    observe: Callable[[str], None] = _quiet,
) -> EmbeddedIndex:
    return EmbeddedIndex.open(
        folder,
        fingerprint=fingerprint,
        dimensions=DIMENSIONS,
        profile=RetrievalProfile(),
        fusion=fusion,
        writable=writable,
        observe=observe,
    )


def replace_and_die(folder: str, dying_step: str) -> None:
    """Put and publish version 2 of a document, and vanish without a word at the step."""

    def die(step: str) -> None:
        if step == dying_step:
            os._exit(9)

    async def replace() -> None:
        index = open_index(Path(folder), observe=die)
        await add(index, "menu", "tomato soup", "cherry cake", version=2)

    asyncio.run(replace())
    os._exit(0)


@pytest.mark.parametrize("step", STEPS)
async def test_a_kill_at_any_step_leaves_the_old_or_the_new_version_whole(tmp_path: Path, step: str) -> None:
    index = open_index(tmp_path)
    await add(index, "menu", "leek soup", "plum cake", "apple pie")
    await add(index, "other", "soup kitchen")
    index.close()
    child = SPAWN.Process(target=replace_and_die, args=(str(tmp_path), step))
    child.start()
    child.join(60)
    assert child.exitcode == 9, "the step was never reached"
    version, left = (2, 2) if step in PUBLISHED else (1, 3)

    reader = open_index(tmp_path, writable=False)
    for mode in (SearchMode.HYBRID, SearchMode.VECTOR, SearchMode.LEXICAL):
        hits = await find(reader, "soup cake", mode=mode)
        assert {hit.document.version for hit in hits if hit.document.document_id == "menu"} == {version}
        assert "other" in [hit.document.document_id for hit in hits]
    assert await reader.count() == left + 1

    writer = open_index(tmp_path)
    assert await writer.residue("acme", "menu") == left
    await add(writer, "menu", "tomato soup", "cherry cake", version=3)
    assert {hit.document.version for hit in await find(reader, "menu soup cake")} == {3, 1}
    assert await writer.residue("acme", "menu") == 2
    for opened in (reader, writer):
        opened.close()


async def test_readers_never_meet_words_that_are_committed_but_not_published(tmp_path: Path) -> None:
    """Looks on between the commit and the switch, where the words of both versions are in the files."""
    seen: list[list[tuple[int, str]]] = []
    reader = open_index(tmp_path, writable=False)

    def look(step: str) -> None:
        if step in ("publish:committed", "publish:switched", "remove:words"):
            hits = asyncio.run(find(reader, "soup", mode=SearchMode.LEXICAL))
            seen.append([(hit.document.version, hit.chunk.text) for hit in hits])

    index = open_index(tmp_path, observe=look)
    await add(index, "menu", "leek soup")
    await add(index, "menu", "tomato soup", version=2)
    old, new = [(1, "leek soup")], [(2, "tomato soup")]
    assert seen == [[], old, old, new, new]


async def test_vectors_of_a_deleted_document_are_wiped_from_the_file(tmp_path: Path) -> None:
    index = open_index(tmp_path)
    await add(index, "a", "apple pie")
    await add(index, "b", "pear tart")
    [file] = tmp_path.rglob("vectors.f32")
    secret = embed(["apple pie"]).tobytes()
    assert secret in file.read_bytes()
    await index.withdraw("acme", "a")
    assert secret not in file.read_bytes()
    assert embed(["pear tart"]).tobytes() in file.read_bytes()


async def test_text_of_a_deleted_document_is_wiped_from_the_catalog(tmp_path: Path) -> None:
    index = open_index(tmp_path)
    await add(index, "a", "the code is swordfish")
    await index.withdraw("acme", "a")
    index.close()
    left = [file.name for file in tmp_path.glob("catalog*") if b"swordfish" in file.read_bytes()]
    assert left == []


async def test_another_embedder_is_refused_by_name_and_told_the_command(tmp_path: Path) -> None:
    index = open_index(tmp_path)
    await add(index, "a", "apple")
    index.close()
    with pytest.raises(EmbedderMismatch) as refused:
        open_index(tmp_path, fingerprint="other-model-64")
    for part in (FINGERPRINT, "other-model-64", "python -m app.rag reindex --embed"):
        assert part in str(refused.value)


async def test_an_empty_index_takes_any_embedder(tmp_path: Path) -> None:
    open_index(tmp_path).close()
    index = open_index(tmp_path, fingerprint="other-model-64")
    await add(index, "a", "apple")
    assert await found(index, "apple") == ["a"]


async def test_a_reading_process_cannot_put(tmp_path: Path) -> None:
    open_index(tmp_path).close()
    with pytest.raises(Conflict, match="reading"):
        await put(open_index(tmp_path, writable=False), "a", "apple")


async def test_a_rebuild_is_unseen_until_it_is_switched_to_and_then_replaces_all(tmp_path: Path) -> None:
    index, reader = open_index(tmp_path), open_index(tmp_path, writable=False)
    document = await add(index, "a", "apple pie")
    rebuilt = await index.rebuild(fingerprint=FINGERPRINT, dimensions=DIMENSIONS, profile=RetrievalProfile())
    assert await rebuilt.behind() == [document]
    with pytest.raises(Conflict, match="'a'"):
        await rebuilt.switch()
    await rebuilt.put(document, chunks_of("apple pie, rebuilt"), embed(["apple pie, rebuilt"]))
    await rebuilt.publish([document])
    assert [hit.chunk.text for hit in await find(reader, "apple")] == ["apple pie"]
    assert await reader.count() == 1
    assert await rebuilt.behind() == []
    await rebuilt.switch()
    assert [hit.chunk.text for hit in await find(reader, "apple")] == ["apple pie, rebuilt"]
    assert await reader.count() == 1
    assert [folder.name for folder in tmp_path.glob("generation-*")] == ["generation-2"]
    await add(rebuilt, "b", "apple tart")
    assert set(await found(reader, "apple")) == {"a", "b"}
    with pytest.raises(Conflict, match="rebuilt"):
        await put(index, "c", "apple juice")


async def test_a_document_withdrawn_during_a_rebuild_does_not_come_back(tmp_path: Path) -> None:
    index, reader = open_index(tmp_path), open_index(tmp_path, writable=False)
    kept, gone = await add(index, "kept", "apple pie"), await add(index, "gone", "apple tart")
    rebuilt = await index.rebuild(fingerprint=FINGERPRINT, dimensions=DIMENSIONS, profile=RetrievalProfile())
    await reader.withdraw("acme", "gone")
    for document in (kept, gone):
        await rebuilt.put(document, chunks_of("apple"), embed(["apple"]))
    await rebuilt.publish([kept, gone])
    await rebuilt.switch()
    assert await found(reader, "apple") == ["kept"]
    assert await rebuilt.residue("acme", "gone") == 0


async def test_a_rebuild_for_another_embedder_is_followed_by_its_processes_only(tmp_path: Path) -> None:
    index, reader = open_index(tmp_path), open_index(tmp_path, writable=False)
    document = await add(index, "a", "apple pie")
    rebuilt = await index.rebuild(fingerprint="other", dimensions=2, profile=RetrievalProfile())
    await rebuilt.put(document, chunks_of("apple pie"), embed(["apple pie"])[:, :2])
    await rebuilt.publish([document])
    await rebuilt.switch()
    with pytest.raises(EmbedderMismatch, match="restart"):
        await find(reader, "apple")
    assert open_index(tmp_path, writable=False, fingerprint="other") is not None


async def test_an_unfinished_rebuild_is_dropped_when_the_next_writer_opens(tmp_path: Path) -> None:
    index = open_index(tmp_path)
    document = await add(index, "a", "apple pie")
    rebuilt = await index.rebuild(fingerprint=FINGERPRINT, dimensions=DIMENSIONS, profile=RetrievalProfile())
    await rebuilt.put(document, chunks_of("apple"), embed(["apple"]))
    await rebuilt.publish([document])
    for opened in (rebuilt, index):
        opened.close()
    again = open_index(tmp_path)
    assert [hit.chunk.text for hit in await find(again, "apple")] == ["apple pie"]
    assert await again.residue("acme", "a") == 1
    assert [folder.name for folder in tmp_path.glob("generation-*")] == ["generation-1"]


async def test_reciprocal_ranks_can_be_asked_for(tmp_path: Path) -> None:
    index = open_index(tmp_path, fusion=Fusion.RRF)
    await add(index, "a", "apple pie", "pear tart")
    hits = await find(index, "apple pie")
    assert hits[0].chunk.text == "apple pie" and hits[0].score == pytest.approx(1.0)


async def test_a_reader_that_slept_through_many_changes_catches_up(tmp_path: Path) -> None:
    index, reader = open_index(tmp_path), open_index(tmp_path, writable=False)
    await add(index, "a", "apple")
    assert await found(reader, "apple") == ["a"]
    for version in range(2, 12):
        await add(index, "a", f"apple {version}", version=version)
    await index.withdraw("acme", "a")
    await add(index, "b", "apple")
    index.close()
    again = open_index(tmp_path)  # forgets the list of removals
    assert await found(reader, "apple") == ["b"]
    assert await found(again, "apple") == ["b"]
