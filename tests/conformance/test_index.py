"""What every index must do, whichever it is."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from app.adapters.embedded.index import EmbeddedIndex
from app.kernel.documents import Chunk, DocumentVersion
from app.kernel.errors import EmbedderMismatch, NotFound
from app.kernel.ports.index import Index, SearchMode, SearchRequest
from app.kernel.retrieval import RetrievalProfile
from tests.conformance.corpora import DIMENSIONS, FINGERPRINT, add, chunks_of, embed, find, found, put

pytestmark = pytest.mark.anyio

# One opener an adapter; the keyword says whether the process may write. Both see the same index.
Opener = Callable[[bool], Index]

MODES = (SearchMode.HYBRID, SearchMode.LEXICAL, SearchMode.VECTOR)


async def close(index: Index) -> None:
    """As the end of a process does: some hold files, some connections."""
    if aclose := getattr(index, "aclose", None):
        await aclose()
    else:
        index.close()  # type: ignore[attr-defined] # the embedded one


def _embedded(folder: Path, opened: list[EmbeddedIndex]) -> Opener:
    def open_index(writable: bool) -> Index:
        index = EmbeddedIndex.open(
            folder,
            fingerprint=FINGERPRINT,
            dimensions=DIMENSIONS,
            profile=RetrievalProfile(),
            writable=writable,
        )
        opened.append(index)
        return index

    return open_index


@pytest.fixture(params=["embedded"])
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opener]:
    opened: list[EmbeddedIndex] = []
    yield {"embedded": _embedded}[request.param](tmp_path / "index", opened)
    for index in reversed(opened):
        index.close()


@pytest.fixture
def index(opener: Opener) -> Index:
    return opener(True)


@pytest.fixture
def reader(index: Index, opener: Opener) -> Index:
    """The same index as another process has it: opened apart, for reading."""
    return opener(False)


@pytest.mark.parametrize("mode", MODES)
async def test_an_empty_index_finds_nothing(index: Index, mode: SearchMode) -> None:
    assert await find(index, "anything", mode=mode) == []
    assert await index.count() == 0


@pytest.mark.parametrize("mode", MODES)
async def test_what_was_put_is_unseen_until_it_is_published(index: Index, mode: SearchMode) -> None:
    await add(index, "other", "a harbour at night")
    document = await put(index, "ships", "ships in the harbour")
    assert await found(index, "ships harbour", mode=mode) == ["other"]
    assert await index.count() == 1
    await index.publish([document])
    assert (await found(index, "ships harbour", mode=mode))[0] == "ships"
    assert await index.count() == 2


async def test_a_batch_appears_in_one_switch_in_every_process(index: Index, reader: Index) -> None:
    batch = [await put(index, f"doc{number}", f"lighthouse number {number}") for number in range(5)]
    assert await found(reader, "lighthouse") == []
    await index.publish(batch)
    assert set(await found(reader, "lighthouse")) == {f"doc{number}" for number in range(5)}


async def test_a_new_version_replaces_the_old_one_in_one_switch(index: Index, reader: Index) -> None:
    await add(index, "menu", "soup of the day: leek", "dessert: plum cake")
    newer = await put(index, "menu", "soup of the day: tomato", version=2)
    assert [hit.document.version for hit in await find(reader, "soup")] == [1, 1]
    await index.publish([newer])
    hits = await find(reader, "soup leek plum")
    assert [(hit.document.version, hit.chunk.text) for hit in hits] == [(2, "soup of the day: tomato")]
    assert await index.residue("acme", "menu") == 1


async def test_an_older_version_changes_nothing(index: Index) -> None:
    await add(index, "menu", "tomato soup", version=3)
    late = await put(index, "menu", "leek soup", version=2)
    await index.publish([late])
    assert [hit.chunk.text for hit in await find(index, "soup")] == ["tomato soup"]
    assert await index.residue("acme", "menu") == 1


async def test_putting_the_same_version_again_replaces_its_chunks(index: Index) -> None:
    await put(index, "menu", "leek soup", "plum cake")
    await add(index, "menu", "tomato soup")
    assert [hit.chunk.text for hit in await find(index, "soup cake leek plum")] == ["tomato soup"]
    assert await index.residue("acme", "menu") == 1


async def test_a_version_that_was_put_and_never_published_goes_with_the_next(index: Index) -> None:
    """Its worker was killed between the two, and the next version came in before it was tried again."""
    overtaken = await put(index, "menu", "leek soup", "plum cake")
    await add(index, "menu", "tomato soup", version=2)
    assert await index.residue("acme", "menu") == 1
    await index.publish([overtaken])
    assert [hit.chunk.text for hit in await find(index, "soup cake leek plum")] == ["tomato soup"]


async def test_a_published_version_put_again_stays_until_it_is_published_again(index: Index) -> None:
    await add(index, "menu", "leek soup")
    again = await put(index, "menu", "tomato soup")
    assert [hit.chunk.text for hit in await find(index, "soup")] == ["leek soup"]
    await index.publish([again])
    assert [hit.chunk.text for hit in await find(index, "soup")] == ["tomato soup"]


async def test_publishing_twice_changes_nothing(index: Index) -> None:
    document = await add(index, "menu", "tomato soup")
    await index.publish([document])
    assert await found(index, "soup") == ["menu"]


async def test_a_version_that_was_never_put_cannot_be_published(index: Index) -> None:
    with pytest.raises(NotFound, match="'ghost'"):
        await index.publish([DocumentVersion("acme", "ghost", 1)])


async def test_a_document_without_chunks_can_be_published(index: Index) -> None:
    await add(index, "blank")
    assert await index.count() == 0
    assert await found(index, "anything") == []


@pytest.mark.parametrize("writer_withdraws", [True, False], ids=["by the writer", "by a reader"])
async def test_a_withdrawn_document_is_hidden_at_once_everywhere(
    index: Index, reader: Index, writer_withdraws: bool
) -> None:
    await add(index, "secret", "the code is swordfish")
    await add(index, "public", "the code of conduct")
    assert set(await found(reader, "code")) == {"secret", "public"}
    await (index if writer_withdraws else reader).withdraw("acme", "secret")
    assert await found(reader, "code") == ["public"]
    assert await found(index, "code") == ["public"]
    assert await index.count() == 1


async def test_a_withdrawn_document_leaves_nothing_and_may_come_back(index: Index) -> None:
    await add(index, "secret", "the code is swordfish", "and the door is green")
    assert await index.residue("acme", "secret") == 2
    await index.withdraw("acme", "secret")
    assert await index.residue("acme", "secret") == 0
    await add(index, "secret", "the code is marlin", version=2)
    assert [hit.chunk.text for hit in await find(index, "code swordfish")] == ["the code is marlin"]


async def test_a_version_withdrawn_before_it_was_published_cannot_appear(index: Index) -> None:
    document = await put(index, "secret", "the code is swordfish")
    await index.withdraw("acme", "secret")
    with pytest.raises(NotFound):
        await index.publish([document])
    assert await index.residue("acme", "secret") == 0


@pytest.mark.parametrize("mode", MODES)
async def test_what_was_removed_takes_no_place_from_what_is_left(index: Index, mode: SearchMode) -> None:
    """More removed matches than any candidate list is long, each better than the one that is left."""
    batch = [await put(index, f"gone{number}", "invoice invoice") for number in range(250)]
    batch.append(await put(index, "left", "a long note that names one invoice among many words"))
    await index.publish(batch)
    for number in range(250):
        await index.withdraw("acme", f"gone{number}")
    assert await found(index, "invoice", limit=3, mode=mode) == ["left"]


async def test_withdrawing_what_is_not_there_is_no_error(index: Index) -> None:
    await index.withdraw("acme", "nothing")


@pytest.mark.parametrize("mode", MODES)
async def test_a_tenant_sees_its_own_documents_only(index: Index, mode: SearchMode) -> None:
    await add(index, "plan", "merger plan of acme")
    await add(index, "plan", "merger plan of rival", tenant="rival")
    assert [hit.chunk.text for hit in await find(index, "merger plan", mode=mode)] == ["merger plan of acme"]
    assert await found(index, "merger plan", tenant="nobody", mode=mode) == []
    await index.withdraw("rival", "plan")
    assert await found(index, "merger plan", mode=mode) == ["plan"]
    assert await index.residue("acme", "plan") == 1


async def test_scores_do_not_tell_one_tenant_about_another(index: Index) -> None:
    await add(index, "plan", "merger plan", "holiday plan")
    before = await find(index, "merger")
    for number in range(20):
        await add(index, f"doc{number}", "merger merger merger", tenant="rival")
    assert await find(index, "merger") == before


@pytest.mark.parametrize("mode", MODES)
async def test_a_filter_is_decided_inside_the_search(index: Index, mode: SearchMode) -> None:
    """The one allowed document is the worst of 400 matches: a filter behind the search would never see it."""
    batch = [
        await put(index, f"doc{number}", "invoice invoice invoice", metadata={"team": "sales"})
        for number in range(400)
    ]
    batch.append(
        await put(
            index, "rare", "a long note that names one invoice among many words", metadata={"team": "hr"}
        )
    )
    await index.publish(batch)
    assert await found(index, "invoice", limit=3, mode=mode, where={"team": "hr"}) == ["rare"]
    assert "rare" not in await found(index, "invoice", limit=100, mode=mode, where={"team": {"ne": "hr"}})
    assert await found(index, "invoice", limit=3, mode=mode, where={"team": "law"}) == []


async def test_filters_tell_kinds_apart_and_know_id_and_file_name(index: Index) -> None:
    await add(index, "a", "report", metadata={"final": True, "year": 2023, "tags": ["x", "y"]})
    await add(index, "b", "report", metadata={"final": 1, "year": 2024})
    assert await found(index, "report", where={"final": True}) == ["a"]
    assert await found(index, "report", where={"final": 1}) == ["b"]
    assert await found(index, "report", where={"year": {"gte": 2024}}) == ["b"]
    assert await found(index, "report", where={"tags": "y"}) == ["a"]
    assert await found(index, "report", where={"filename": "b.txt"}) == ["b"]
    assert await found(index, "report", where={"document_id": ["a", "c"]}) == ["a"]


async def test_a_new_description_is_seen_at_once_and_filtered_by(index: Index, reader: Index) -> None:
    document = await add(index, "a", "report", metadata={"team": "hr"})
    assert await found(reader, "report", where={"team": "hr"}) == ["a"]
    await index.describe(DocumentVersion("acme", "a", document.version, "renamed.txt", {"team": "law"}))
    assert await found(reader, "report", where={"team": "hr"}) == []
    [hit] = await find(reader, "report", where={"team": "law"})
    assert (hit.document.filename, dict(hit.document.metadata)) == ("renamed.txt", {"team": "law"})


async def test_a_limit_above_the_number_of_chunks_returns_them_all(index: Index) -> None:
    await add(index, "a", "one apple", "two apples")
    assert len(await find(index, "apple", limit=100)) == 2


async def test_no_more_than_the_limit_come_best_first(index: Index) -> None:
    await add(index, "a", *(f"apple {'pear ' * number}" for number in range(30)))
    hits = await find(index, "apple", limit=7)
    assert len(hits) == 7
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert hits[0].chunk.ordinal == 0
    assert all(0 <= hit.score <= 1 for hit in hits)


@pytest.mark.parametrize(
    "text",
    [
        '"',
        "a AND (",
        "text:*",
        "foo~2^3",
        "[1 TO",
        "{}",
        "-",
        "\\",
        "' OR 1=1 --",
        "*",
        "NOT",
        "+apple -pear",
        "\x00",
        "ü🍎",
    ],
)
@pytest.mark.parametrize("mode", MODES)
async def test_any_text_is_a_valid_question(index: Index, text: str, mode: SearchMode) -> None:
    await add(index, "a", "one apple")
    await find(index, text, mode=mode)


async def test_syntax_in_a_question_has_no_power(index: Index) -> None:
    await add(index, "a", "one apple")
    await add(index, "b", "one pear")
    assert await found(index, "app*", mode=SearchMode.LEXICAL) == []
    assert await found(index, "-apple", mode=SearchMode.LEXICAL) == ["a"]


async def test_words_are_found_in_other_forms_and_accents(index: Index) -> None:
    await add(index, "a", "The café was running late")
    assert await found(index, "CAFE", mode=SearchMode.LEXICAL) == ["a"]
    assert await found(index, "runs", mode=SearchMode.LEXICAL) == ["a"]


async def test_function_words_count_when_there_is_nothing_else(index: Index) -> None:
    await add(index, "a", "To be, or not to be")
    assert await found(index, "to be or not to be", mode=SearchMode.LEXICAL) == ["a"]


async def test_headings_are_searched_with_the_text_but_are_no_part_of_it(index: Index) -> None:
    document = DocumentVersion("acme", "handbook", 1, "handbook.md")
    chunk = Chunk(0, 10, 30, "Ask your manager.", headings=("Handbook", "Vacation"), page=3)
    await index.put(document, [chunk], embed([chunk.indexed_text()]))
    await index.publish([document])
    [hit] = await find(index, "vacation", mode=SearchMode.LEXICAL)
    assert hit.chunk == chunk


async def test_raw_scores_are_bm25_and_cosine(index: Index) -> None:
    await add(index, "a", "apple pie", "pear tart")
    [best, *_] = await find(index, "apple pie")
    assert best.vector_score == pytest.approx(1.0, abs=1e-5)
    assert best.lexical_score is not None and best.lexical_score > 0
    [lexical] = await find(index, "apple", mode=SearchMode.LEXICAL)
    assert lexical.vector_score is None


async def test_neighbours_are_of_the_same_version_in_order(index: Index) -> None:
    await add(index, "a", "zero", "one", "two apples", "three", "four")
    await add(index, "b", "not this")
    [hit, *_] = await find(index, "apples", mode=SearchMode.LEXICAL)
    assert [chunk.ordinal for chunk in await index.neighbours(hit, radius=1)] == [1, 2, 3]
    assert [chunk.ordinal for chunk in await index.neighbours(hit, radius=9)] == [0, 1, 2, 3, 4]
    await index.withdraw("acme", "a")
    assert list(await index.neighbours(hit, radius=1)) == [hit.chunk]


async def test_coverage_weighs_rare_words_more(index: Index) -> None:
    await add(index, "a", *(f"the weather report of day {number}" for number in range(30)), "a tornado")
    rare, common, both, none = await index.coverage(
        "acme",
        "Was there a tornado in the weather?",
        ["A tornado came.", "The weather is fine.", "Tornado weather!", "Nothing here."],
    )
    assert none == 0.0 and both == pytest.approx(1.0)
    assert 0 < common < rare < 1


async def test_vectors_of_another_shape_are_refused(index: Index) -> None:
    with pytest.raises(EmbedderMismatch, match="reindex --embed"):
        await index.put(
            DocumentVersion("acme", "a", 1),
            chunks_of("apple"),
            np.ones((1, DIMENSIONS + 1), dtype=np.float32),
        )
    assert await index.residue("acme", "a") == 0


async def test_a_text_without_known_words_does_no_harm(index: Index) -> None:
    document = DocumentVersion("acme", "zero", 1)
    await index.put(document, chunks_of("???"), np.zeros((1, DIMENSIONS), dtype=np.float32))
    await index.publish([document])
    await add(index, "a", "apple")
    hits = list(await index.search(SearchRequest("acme", "", np.zeros(DIMENSIONS, dtype=np.float32), 10)))
    assert all(np.isfinite(hit.score) for hit in hits)
    assert (await found(index, "apple"))[0] == "a"


async def test_the_index_is_there_again_after_it_was_closed(index: Index, opener: Opener) -> None:
    await add(index, "a", "apple")
    await close(index)
    assert await found(opener(True), "apple") == ["a"]


async def test_ping_answers(index: Index) -> None:
    await index.ping()
