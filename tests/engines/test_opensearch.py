"""What OpenSearch adds to the port's suite: opening, several writers, kills, and a rebuild without a gap."""

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.adapters.embedded.index import EmbeddedIndex
from app.adapters.opensearch import OpenSearchIndex
from app.adapters.opensearch.connection import Cluster
from app.kernel.documents import DocumentVersion
from app.kernel.errors import Conflict, EmbedderMismatch, NotFound, SettingsError, Unavailable
from app.kernel.ports.index import SearchMode, SearchRequest
from app.kernel.retrieval import RetrievalProfile
from tests.conformance.corpora import DIMENSIONS, FINGERPRINT, add, chunks_of, embed, find, found, put

from .opensearch_node import OpenSearchNode

pytestmark = [pytest.mark.anyio, pytest.mark.engines]

PROFILE = RetrievalProfile()


class Opener:
    """Opens the same index again and again, as several processes do."""

    def __init__(self, node: OpenSearchNode, name: str) -> None:
        self.node = node
        self.name = name
        self.opened: list[OpenSearchIndex] = []

    def __call__(
        self, *, fingerprint: str = FINGERPRINT, dimensions: int = DIMENSIONS, any_embedder: bool = False
    ) -> OpenSearchIndex:
        index = self.node.open(
            self.name, fingerprint=fingerprint, dimensions=dimensions, any_embedder=any_embedder
        )
        self.opened.append(index)
        return index

    def indices(self) -> list[str]:
        return self.node.indices(self.name)


@pytest.fixture
async def opener(opensearch: OpenSearchNode) -> AsyncIterator[Opener]:
    with opensearch.name() as name:
        opener = Opener(opensearch, name)
        yield opener
        for index in opener.opened:
            await index.aclose()


@pytest.fixture
def index(opener: Opener) -> OpenSearchIndex:
    return opener()


async def rebuilt(index: OpenSearchIndex, fingerprint: str = FINGERPRINT) -> OpenSearchIndex:
    return await index.rebuild(fingerprint=fingerprint, dimensions=DIMENSIONS, profile=PROFILE)


# Opening


async def test_documents_of_another_embedder_are_refused_and_named(
    index: OpenSearchIndex, opener: Opener
) -> None:
    await add(index, "a", "apple")
    with pytest.raises(
        EmbedderMismatch, match=f"1 documents embedded by '{FINGERPRINT}'.*'other'.*reindex --embed"
    ):
        opener(fingerprint="other")


async def test_whoever_replaces_the_embedder_may_open_as_the_one_that_built_it(
    index: OpenSearchIndex, opener: Opener
) -> None:
    await add(index, "a", "apple")
    assert await found(opener(fingerprint="other", dimensions=3, any_embedder=True), "apple") == ["a"]


async def test_an_empty_index_of_another_embedder_is_replaced(index: OpenSearchIndex, opener: Opener) -> None:
    other = opener(fingerprint="other", dimensions=3)
    vectors = np.ones((1, 3), dtype=np.float32)
    document = DocumentVersion("acme", "a", 1)
    await other.put(document, chunks_of("apple"), vectors)
    await other.publish([document])
    assert await other.count() == 1
    assert len(opener.indices()) == 1
    with pytest.raises(EmbedderMismatch, match="'other'"):
        await index.ping()


async def test_two_processes_that_open_at_once_share_one_index(opener: Opener) -> None:
    first, second = await asyncio.gather(asyncio.to_thread(opener), asyncio.to_thread(opener))
    await add(first, "a", "apple")
    assert await found(second, "apple") == ["a"]
    assert len(opener.indices()) == 1


def test_a_name_that_no_index_can_have_is_refused(opensearch: OpenSearchNode) -> None:
    with pytest.raises(SettingsError, match="GENAI_OPENSEARCH_NAME='Ünüsable'"):
        opensearch.open("Ünüsable", fingerprint=FINGERPRINT, dimensions=DIMENSIONS)


async def test_a_cluster_without_the_plugin_is_refused_in_one_line(opensearch: OpenSearchNode) -> None:
    if not opensearch.ours:
        pytest.skip("needs a node of our own; unset OPENSEARCH_URL")
    opensearch.stop()
    opensearch.start(plugins="none")
    try:
        with pytest.raises(SettingsError, match=r"no k-NN plugin \(opensearch-knn\)") as refused:
            opensearch.open("plain", fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
        assert "\n" not in refused.value.detail
        assert opensearch.indices("plain") == []
    finally:
        opensearch.stop()


async def test_a_cluster_that_is_down_does_not_stop_the_start_and_settles_when_it_is_back(
    opensearch: OpenSearchNode,
) -> None:
    if not opensearch.ours:
        pytest.skip("needs a node of our own; unset OPENSEARCH_URL")
    opensearch.stop()
    index = opensearch.open("late", fingerprint=FINGERPRINT, dimensions=DIMENSIONS)
    with pytest.raises(Unavailable):
        await index.ping()
    with pytest.raises(Unavailable):
        await find(index, "apple")
    opensearch.start()
    await index.ping()
    await add(index, "a", "apple")
    assert await found(index, "apple") == ["a"]
    await index.aclose()
    for name in opensearch.indices("late"):
        opensearch.request("DELETE", f"/{name}")


# What it holds


async def test_words_score_as_in_the_embedded_index(index: OpenSearchIndex, tmp_path: Path) -> None:
    """Same stems, same weights: only a constant factor may differ between versions of Lucene."""
    local = EmbeddedIndex.open(
        tmp_path, fingerprint=FINGERPRINT, dimensions=DIMENSIONS, profile=PROFILE, writable=True
    )
    texts = [
        "The café was running late",
        "Runners' cafés, running: late-night runs",
        "To be, or not to be",
        "3.14 and naïve façades don't fade",
        "snake_case, camelCase und Straße",
        "antidisestablishmentarianism " * 3,
    ]
    for place in (index, local):
        for number, text in enumerate(texts):
            await add(place, f"d{number}", text)
    for question in ("running cafe", "to be or not to be", "naive facade", "strasse snake", "runs at night"):
        there = await find(index, question, mode=SearchMode.LEXICAL)
        here = await find(local, question, mode=SearchMode.LEXICAL)
        assert [hit.document.document_id for hit in there] == [hit.document.document_id for hit in here]
        factors = {
            round(one.lexical_score / other.lexical_score, 3)
            for one, other in zip(there, here, strict=True)
            if one.lexical_score and other.lexical_score
        }
        assert len(factors) == 1
        assert [hit.score for hit in there] == pytest.approx([hit.score for hit in here], abs=1e-4)
        assert await index.coverage("acme", question, texts) == pytest.approx(
            await local.coverage("acme", question, texts), abs=1e-6
        )
    local.close()


@pytest.mark.parametrize("mode", SearchMode)
async def test_what_is_staged_takes_no_place_when_others_are_published(
    index: OpenSearchIndex, mode: SearchMode
) -> None:
    """Publishing makes everything searchable that was put so far: more of it than any candidate list is long."""
    staged = await put(index, "staged", *["invoice invoice"] * 150)
    await add(index, "left", "a long note that names one invoice among many words")
    assert await found(index, "invoice", limit=3, mode=mode) == ["left"]
    assert await index.count() == 1
    await index.publish([staged])
    assert await found(index, "invoice", limit=3, mode=mode) == ["staged"] * 3


async def test_metadata_of_any_shape_does_not_grow_the_mapping(
    index: OpenSearchIndex, opener: Opener, opensearch: OpenSearchNode
) -> None:
    def fields() -> dict[str, Any]:
        [about] = opensearch.request("GET", f"/{opener.name}/_mapping").values()
        return dict(about["mappings"]["properties"])

    await add(index, "first", "report")
    before = fields()
    for number in range(5):
        metadata = {f"key-{number}-{item}": item for item in range(300)}
        await add(index, f"doc{number}", "report", metadata={**metadata, "a.b": "x", "kind": True})
    assert fields() == before
    assert await found(index, "report", where={"key-3-299": 299}) == ["doc3"]
    assert await found(index, "report", where={"key-3-299": {"gte": 300}}) == []
    assert len(await found(index, "report", where={"a.b": "x", "kind": True})) == 5


async def test_ranges_and_absence_are_decided_inside_the_search(index: OpenSearchIndex) -> None:
    await add(index, "old", "report", metadata={"year": 1999.5, "day": "2024-01-31"})
    await add(index, "new", "report", metadata={"year": 2024, "day": "2024-02-01"})
    await add(index, "none", "report", metadata={"year": "2024", "day": None})
    for mode in SearchMode:
        assert await found(index, "report", mode=mode, where={"year": {"lt": 2000}}) == ["old"]
        recent = {"year": {"gt": -5, "lte": 1e9}, "day": {"gt": "2024-02"}}
        assert await found(index, "report", mode=mode, where=recent) == ["new"]
        assert await found(index, "report", mode=mode, where={"year": "2024"}) == ["none"]
        assert await found(index, "report", mode=mode, where={"day": {"exists": False}}) == ["none"]
        assert set(await found(index, "report", mode=mode, where={"year": {"ne": 2024}})) == {"old", "none"}


# Several writers


async def test_writers_that_publish_at_once_lose_nothing(index: OpenSearchIndex, opener: Opener) -> None:
    async def write(writer: OpenSearchIndex, own: int) -> None:
        for number in range(10):
            await add(writer, f"own-{own}-{number}", "shared words")
            await add(writer, "fought-over", f"shared words by {own}", version=10 * number + own)

    writers = [index, *(opener() for _ in range(3))]
    await asyncio.gather(*(write(writer, own) for own, writer in enumerate(writers)))
    assert await index.count() == 41
    hits = await find(index, "shared words", limit=100)
    assert len({hit.document.document_id for hit in hits}) == 41
    assert [hit.document.version for hit in hits if hit.document.document_id == "fought-over"] == [93]
    assert await index.residue("acme", "fought-over") == 1


async def test_a_search_beside_publishes_always_sees_one_whole_version(
    index: OpenSearchIndex, opener: Opener
) -> None:
    await add(index, "menu", *(f"soup {row} of version 1" for row in range(5)))
    stop = asyncio.Event()
    reader, seen = opener(), set()

    async def look() -> None:
        while not stop.is_set():
            hits = await find(reader, "soup", limit=50)
            versions = {hit.document.version for hit in hits}
            assert len(hits) == 5 and len(versions) == 1, versions
            seen.update(versions)

    async def change() -> None:
        for version in range(2, 12):
            await add(
                index, "menu", *(f"soup {row} of version {version}" for row in range(5)), version=version
            )
            await index.describe(DocumentVersion("acme", "menu", version, "menu.txt", {"round": version}))
        stop.set()

    await asyncio.gather(look(), look(), change())
    assert len(seen) > 1  # it did see the switch


# Kills


class Killed(BaseException):
    """The process ends here."""


class Fuse:
    """Lets so many requests that change something through, and ends the process before or after the next."""

    def __init__(self, patch: pytest.MonkeyPatch, *, after: int, sent: bool) -> None:
        self.left = after
        call = Cluster.call

        async def fused(cluster: Cluster, method: str, path: str, **options: Any) -> Any:
            changes = method in ("PUT", "DELETE") or path.endswith(("_bulk", "_delete_by_query", "_aliases"))
            if not changes:
                return await call(cluster, method, path, **options)
            self.left -= 1
            if self.left < 0 and not sent:
                raise Killed
            reply = await call(cluster, method, path, **options)
            if self.left < 0:
                raise Killed
            return reply

        patch.setattr(Cluster, "call", fused)


async def _killed(work: Callable[[], Any], *, after: int, sent: bool) -> bool:
    with pytest.MonkeyPatch.context() as patch:
        Fuse(patch, after=after, sent=sent)
        try:
            await work()
        except Killed:
            return True
    return False


@pytest.mark.parametrize("sent", [False, True], ids=["before a request", "after a request"])
async def test_a_writer_killed_at_any_step_leaves_one_whole_version(opener: Opener, sent: bool) -> None:
    """Put and publish, describe, put again and withdraw, each cut short at every request, then done again."""
    index = opener()

    async def renew() -> None:
        await add(index, "menu", "soup: tomato", "dessert: plum", version=2)

    async def describe() -> None:
        await index.describe(DocumentVersion("acme", "menu", 1, "renamed.txt", {"team": "law"}))

    async def withdraw() -> None:
        await index.withdraw("acme", "menu")

    for work, whole in ((renew, {(2, 2)}), (describe, {(1, 2)}), (withdraw, set())):
        for after in range(20):
            await index.withdraw("acme", "menu")
            await add(index, "menu", "soup: leek", "dessert: cake")
            killed = await _killed(work, after=after, sent=sent)
            fresh = opener()
            hits = await find(fresh, "soup dessert", limit=50)
            versions = [hit.document.version for hit in hits]
            names = {hit.document.filename for hit in hits}
            assert len(names) <= 1
            outcome = {(version, versions.count(version)) for version in versions}
            assert outcome in (whole, {(1, 2)})
            await work()
            hits = await find(fresh, "soup dessert", limit=50)
            assert {(hit.document.version, len(hits)) for hit in hits} == whole
            assert await fresh.count() == len(hits)
            await index.withdraw("acme", "menu")
            assert await find(fresh, "soup dessert") == []
            assert await index.residue("acme", "menu") == 0
            if not killed:
                assert after >= 3  # each of them has several steps
                break
        else:
            raise AssertionError("the steps never ended")


async def test_what_a_killed_put_left_is_deleted_by_a_later_change(
    index: OpenSearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    await put(index, "lost", "never published")
    await add(index, "a", "apple")
    assert await index.residue("acme", "lost") == 1  # it may still be under way
    monkeypatch.setattr("app.adapters.opensearch.visibility.ABANDONED_S", -1.0)
    await add(index, "b", "pear")
    assert await index.residue("acme", "lost") == 0
    assert await index.count() == 2


# Rebuilding


async def test_searches_beside_a_rebuild_and_its_switch_never_see_nothing_or_a_mixture(
    index: OpenSearchIndex, opener: Opener
) -> None:
    names = [f"doc{number}" for number in range(12)]
    for name in names:
        await add(index, name, "lighthouse of old", "lighthouse keeper of old")
    stop = asyncio.Event()
    reader = opener()
    generations: list[str] = []

    async def look(mode: SearchMode) -> None:
        while not stop.is_set():
            hits = await find(reader, "lighthouse", limit=100, mode=mode)
            words = {hit.chunk.text.rpartition(" ")[2] for hit in hits}
            assert len(hits) == 24 and len(words) == 1, (len(hits), words)
            assert await reader.count() == 24
            generations.extend(words)

    async def rebuild() -> None:
        for generation in ("second", "third"):
            building = await rebuilt(index)
            batch = [
                await put(building, name, f"lighthouse of {generation}", f"lighthouse keeper of {generation}")
                for name in names
            ]
            await building.publish(batch)
            assert await building.behind() == []
            await building.switch()
            await index.follow(building)
            for _ in range(3):
                await find(index, "lighthouse")
        stop.set()

    await asyncio.gather(
        look(SearchMode.HYBRID), look(SearchMode.LEXICAL), look(SearchMode.VECTOR), rebuild()
    )
    assert generations[0] == "old" and generations[-1] == "third"
    assert len(opener.indices()) == 1


async def test_a_rebuild_that_lacks_documents_cannot_go_live(index: OpenSearchIndex) -> None:
    await add(index, "a", "apple")
    await add(index, "b", "pear", version=2)
    building = await rebuilt(index)
    await add(building, "b", "pear", version=1)
    assert {(one.document_id, one.version) for one in await building.behind()} == {("a", 1), ("b", 2)}
    with pytest.raises(Conflict, match="lacks 2 live documents"):
        await building.switch()
    await add(index, "c", "plum")  # publishing goes on
    for name, text, version in (("a", "apple", 1), ("b", "pear", 2), ("c", "plum", 1)):
        await add(building, name, text, version=version)
    await building.switch()
    await index.follow(building)
    assert set(await found(index, "apple pear plum")) == {"a", "b", "c"}


@pytest.mark.parametrize(
    "published", [True, False], ids=["in the rebuild already", "on its way into the rebuild"]
)
async def test_what_is_withdrawn_during_a_rebuild_does_not_come_back(
    index: OpenSearchIndex, opener: Opener, published: bool
) -> None:
    await add(index, "secret", "the code is swordfish")
    await add(index, "public", "the code of conduct")
    building = await rebuilt(index)
    await add(building, "public", "the code of conduct")
    document = await put(building, "secret", "the code is swordfish")
    if published:
        await building.publish([document])
    await opener().withdraw("acme", "secret")
    late = await put(building, "secret", "the code is swordfish")
    await building.publish([late])
    await building.switch()
    await index.follow(building)
    assert await found(index, "code") == ["public"]
    assert await index.residue("acme", "secret") == 0
    await add(index, "secret", "the code is marlin", version=2)
    assert set(await found(index, "code")) == {"secret", "public"}


async def test_a_description_given_during_a_rebuild_is_in_it(index: OpenSearchIndex, opener: Opener) -> None:
    await add(index, "a", "report", metadata={"team": "hr"})
    building = await rebuilt(index)
    await add(building, "a", "report", metadata={"team": "hr"})
    await opener().describe(DocumentVersion("acme", "a", 1, "renamed.txt", {"team": "law"}))
    await building.switch()
    await index.follow(building)
    [hit] = await find(index, "report", where={"team": "law"})
    assert hit.document.filename == "renamed.txt"


async def test_a_process_with_the_old_embedder_is_told_after_the_switch_to_a_new_one(
    index: OpenSearchIndex, opener: Opener
) -> None:
    await add(index, "a", "apple")
    stale = opener()
    building = await rebuilt(index, "newer")
    await add(building, "a", "apple")
    await building.switch()
    await index.follow(building)
    assert await found(index, "apple") == ["a"]
    for refused in (find(stale, "apple"), put(stale, "b", "pear"), stale.ping()):
        with pytest.raises(EmbedderMismatch, match=r"'newer'.*reindex --embed"):
            await refused
    await stale.withdraw("acme", "a")  # deleting needs no embedder
    assert await found(index, "apple") == []


async def test_a_second_rebuild_drops_the_first(index: OpenSearchIndex, opener: Opener) -> None:
    first = await rebuilt(index)
    second = await rebuilt(index)
    with pytest.raises(Conflict, match="replaced by a rebuilt one"):
        await put(first, "a", "apple")
    await add(second, "a", "apple")
    await second.switch()
    await index.follow(second)
    assert await found(index, "apple") == ["a"]
    assert len(opener.indices()) == 1


async def test_a_switch_killed_at_any_step_leaves_the_old_index_or_the_new(
    opener: Opener, opensearch: OpenSearchNode, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.adapters.opensearch.visibility.SEALED_S", 0.5)
    monkeypatch.setattr("app.adapters.opensearch.index.SEALED_S", 60.0)
    index = opener()
    await add(index, "a", "apple")
    for sent in (False, True):
        for after in range(10):
            building = await rebuilt(index)
            await add(building, "a", "apple")
            killed = await _killed(building.switch, after=after, sent=sent)
            fresh = opener()
            assert await found(fresh, "apple") == ["a"]
            await asyncio.sleep(0.6)
            await add(fresh, "a", "apple", version=2)
            assert [hit.document.version for hit in await find(fresh, "apple")] == [2]
            await fresh.withdraw("acme", "a")
            await add(fresh, "a", "apple")
            await rebuilt(fresh)
            assert len(opener.indices()) == 2
            if not killed:
                break
        else:
            raise AssertionError("the steps never ended")


# When it misbehaves


async def test_an_index_that_was_deleted_under_us_is_reported_and_not_made_again(
    index: OpenSearchIndex, opener: Opener, opensearch: OpenSearchNode
) -> None:
    for name in opener.indices():
        opensearch.request("DELETE", f"/{name}")
    for refused in (put(index, "a", "apple"), find(index, "apple"), index.count(), index.ping()):
        with pytest.raises(Unavailable, match="reindex"):
            await refused
    assert opener.indices() == []


async def test_a_version_withdrawn_while_it_was_written_leaves_nothing(
    index: OpenSearchIndex, opener: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = opener()
    bulk = Cluster.bulk

    async def overtaken(cluster: Cluster, place: str, documents: Any) -> None:
        monkeypatch.setattr(Cluster, "bulk", bulk)
        await other.withdraw("acme", "secret")
        await cluster.bulk(place, documents)

    monkeypatch.setattr(Cluster, "bulk", overtaken)
    document = await put(index, "secret", "the code is swordfish")
    assert await index.residue("acme", "secret") == 0
    with pytest.raises(NotFound):
        await index.publish([document])


async def test_a_text_without_direction_is_found_by_its_words(index: OpenSearchIndex) -> None:
    document = DocumentVersion("acme", "a", 1)
    await index.put(document, chunks_of("apple"), np.zeros((1, DIMENSIONS), dtype=np.float32))
    await index.publish([document])
    [hit] = await index.search(SearchRequest("acme", "apple", embed(["apple"])[0], 10))
    assert hit.vector_score is None and hit.lexical_score
