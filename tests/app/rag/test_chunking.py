"""Chunks keep every character, stay within the model's limit and break where a reader would."""

import json
import random
from itertools import pairwise
from pathlib import Path

import pytest

from app.kernel.documents import Block, BlockKind, Chunk, ExtractedText
from app.rag.chunking import chunk
from app.rag.reading.plain import paragraphs, read_plain
from app.rag.word_pieces import word_pieces_at_most

SHARED = Path(__file__).resolve().parents[4] / "shared"
SENTENCE = "The pump has to be checked for leaks before every second winter. "


def words(text: str) -> int:
    return len(text.split())


def blocks_of(*parts: tuple[str, BlockKind, int]) -> ExtractedText:
    text, blocks = "", []
    for part, kind, level in parts:
        start = len(text) + (2 if text else 0)
        text += ("\n\n" if text else "") + part
        blocks.append(Block(start, len(text), kind, level=level))
    return ExtractedText(text, tuple(blocks))


def paragraph(count: int) -> tuple[str, BlockKind, int]:
    return (SENTENCE * count).strip(), BlockKind.PARAGRAPH, 0


def heading(text: str, level: int = 1) -> tuple[str, BlockKind, int]:
    return text, BlockKind.HEADING, level


def covered(extracted: ExtractedText, chunks: list[Chunk]) -> bool:
    seen = bytearray(len(extracted.text))
    for one in chunks:
        seen[one.start : one.end] = b"\1" * (one.end - one.start)
    return all(mark or letter.isspace() for mark, letter in zip(seen, extracted.text, strict=True))


def test_a_document_that_fits_is_one_chunk() -> None:
    made = chunk(
        blocks_of(heading("Pumps"), paragraph(3), heading("Winter", 2), paragraph(3)), count_tokens=words
    )
    assert len(made) == 1
    assert made[0].headings == ()


def test_a_document_just_over_the_limit_is_cut_in_two_even_halves() -> None:
    made = chunk(blocks_of(paragraph(24)), count_tokens=words)
    sizes = [words(one.text) for one in made]
    assert len(sizes) == 2
    assert max(sizes) < 1.5 * min(sizes)


def test_whole_sentences_of_about_the_overlap_are_repeated() -> None:
    first, second = chunk(blocks_of(paragraph(24)), count_tokens=words)[:2]
    repeated = first.end - second.start
    assert 0 < words(first.text[-repeated:]) <= 48
    assert second.text.startswith("The pump")
    assert first.text.endswith("winter.")


def test_a_heading_opens_a_chunk_and_never_ends_one() -> None:
    document = blocks_of(
        heading("Manual"),
        heading("Pumps", 2),
        paragraph(15),
        heading("Valves", 2),
        paragraph(15),
        heading("End", 2),
    )
    made = chunk(document, count_tokens=words)
    assert [one.text.split("\n")[0] for one in made] == ["Manual", "Valves"]
    assert made[1].headings == ("Manual",)


def test_a_later_chunk_of_a_section_carries_its_heading_path() -> None:
    document = blocks_of(heading("Manual"), heading("Pumps", 2), paragraph(60))
    made = chunk(document, count_tokens=words, title="Manual")
    assert made[0].headings == ()
    assert {one.headings for one in made[1:]} == {("Manual", "Pumps")}


def test_the_title_leads_the_heading_path_unless_the_chunk_opens_with_it() -> None:
    extracted = read_plain(("Care of pumps\n\n" + SENTENCE * 40).encode())
    made = chunk(extracted, count_tokens=words)
    assert made[0].headings == ()
    assert all(one.headings == ("Care of pumps",) for one in made[1:])


def test_nothing_but_headings_is_still_indexed() -> None:
    made = chunk(blocks_of(heading("A"), heading("B"), heading("C")), count_tokens=words)
    assert [one.text for one in made] == ["A\n\nB\n\nC"]


def test_tables_break_between_rows_and_code_between_lines() -> None:
    for kind in (BlockKind.TABLE, BlockKind.CODE):
        document = blocks_of(("\n".join(f"row {at} | value of the row {at}" for at in range(200)), kind, 0))
        for one in chunk(document, count_tokens=words):
            assert one.text.startswith("row ")
            assert one.end == len(document.text) or document.text[one.end] == "\n"


def test_an_endless_heading_path_leaves_room_for_the_text() -> None:
    document = blocks_of(
        *(heading(f"Level {n} " + "very long heading " * 40, n) for n in range(1, 7)), paragraph(60)
    )
    for one in chunk(document, count_tokens=words, title="Title " * 500):
        assert words(one.indexed_text()) <= 254


def test_blank_text_has_no_chunk() -> None:
    assert chunk(ExtractedText(" \n ", ()), count_tokens=words) == []


def test_text_outside_of_all_blocks_is_chunked_too() -> None:
    extracted = ExtractedText("before\n\nblock\n\nafter", (Block(8, 13, BlockKind.PARAGRAPH),))
    assert covered(extracted, chunk(extracted, count_tokens=words))


@pytest.mark.parametrize(
    "text",
    [
        "a" * 300_000,
        ". " * 150_000,
        "word " * 60_000,
        "保修期" * 60_000,
        "!" * 300_000,
        "x\n" * 150_000,
        "a\u0301" * 90_000,
    ],
    ids=["one word", "full stops", "no sentence end", "no spaces", "punctuation", "lines", "accents"],
)
def test_text_without_natural_breaks_is_cut_within_the_limit(text: str) -> None:
    extracted = paragraphs(text)
    calls = 0

    def count(part: str) -> int:
        nonlocal calls
        calls += 1
        return word_pieces_at_most(part)

    made = chunk(extracted, count_tokens=count)
    assert covered(extracted, made)
    assert all(word_pieces_at_most(one.text) <= 254 for one in made)
    assert calls < len(text) / 20, "the counter is called for each piece and not for each letter"


@pytest.mark.parametrize("seed", range(60))
def test_chunks_cover_everything_exactly_and_in_order(seed: int) -> None:
    extracted = _random_document(random.Random(seed))
    made = chunk(extracted, count_tokens=words)
    assert covered(extracted, made)
    assert made == chunk(extracted, count_tokens=words)
    for ordinal, one in enumerate(made):
        assert one.ordinal == ordinal
        assert one.text == extracted.text[one.start : one.end] == one.text.strip()
        assert one.start == 0 or not (extracted.text[one.start - 1].isalnum() and one.text[0].isalnum())
        assert words(one.indexed_text()) <= 254
    assert all(a.start < b.start and a.end < b.end for a, b in pairwise(made))


def _random_document(chance: random.Random) -> ExtractedText:
    kinds = [BlockKind.HEADING, BlockKind.PARAGRAPH, BlockKind.LIST_ITEM, BlockKind.TABLE, BlockKind.CODE]
    parts = []
    for _ in range(chance.randrange(1, 30)):
        kind = chance.choice(kinds)
        count = chance.randrange(1, 8 if kind is BlockKind.HEADING else chance.choice([10, 100, 600]))
        joints = [" ", " ", " ", ". ", "\n", ", "]
        text = "".join(
            chance.choice(["the", "Pump", "x", "valve12"]) + chance.choice(joints) for _ in range(count)
        )
        parts.append((text.strip(), kind, chance.randrange(1, 7) if kind is BlockKind.HEADING else 0))
    return blocks_of(*parts)


@pytest.mark.parametrize("corpus", ["scifact", "squad", "cranfield"])
def test_chunks_fit_minilm_by_the_estimate_alone(corpus: str) -> None:
    file, model = (
        SHARED / "data/retrieval" / corpus / "corpus.jsonl",
        SHARED / "models/minilm-l6-int8/tokenizer.json",
    )
    if not file.exists() or not model.exists():
        pytest.skip(f"{file} or {model} is not here")
    tokenizers = pytest.importorskip("tokenizers")
    tokenizer = tokenizers.Tokenizer.from_file(str(model))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    sizes, under = [], 0
    for line in file.read_text("utf-8").splitlines()[::4]:
        document = json.loads(line)
        extracted = read_plain(f"{document['title']}\n\n{document['text']}".encode())
        texts = [one.indexed_text() for one in chunk(extracted, count_tokens=word_pieces_at_most)]
        true = [len(one.ids) for one in tokenizer.encode_batch(texts, add_special_tokens=False)]
        under += sum(word_pieces_at_most(text) < size for text, size in zip(texts, true, strict=True))
        sizes += true
    assert max(sizes) <= 254
    assert under / len(sizes) < 0.01, "the estimate itself is seldom below the true count"


def test_a_chunk_knows_on_which_page_each_of_its_characters_stands() -> None:
    text = "First page.\n\nSecond page, same chunk.\n\nFourth page."
    spans = [(0, 11, 1), (13, 37, 2), (39, 51, 4)]
    blocks = tuple(Block(start, end, BlockKind.PARAGRAPH, page=page) for start, end, page in spans)
    [only] = chunk(ExtractedText(text, blocks, pages=4), count_tokens=lambda text: len(text.split()))
    assert only.page == 1
    assert [only.page_at(text.index(word)) for word in ("First", "Second", "same", "Fourth")] == [1, 2, 2, 4]
