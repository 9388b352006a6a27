"""BM25 over headings and text with English stemming: one tantivy folder a shard, queries built term by term."""

import math
import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path

import tantivy

from app.kernel.documents import Chunk

_ANALYZER = "english"
_LONGEST_TERM = 60
# A question is a sentence or two; beyond this the rarest words are in already and time grows with each one.
_MOST_TERMS = 64
# tantivy's least for one thread; a batch of puts that outgrows it is flushed in pieces, which costs little.
_WRITER_HEAP_BYTES = 32_000_000
_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a about above after again against all am an and any are as at be because been before being below between both "
        "but by can could did do does doing down during each few for from further had has have having he her here hers "
        "him his how i if in into is it its itself just me more most my no nor not now of off on once only or other our "
        "out over own s same she should so some such t than that the their them then there these they this those "
        "through to too under until up very was we were what when where which while who whom why will with would you "
        "your",
    )
)


@cache
def _analyzer(*, stem: bool) -> tantivy.TextAnalyzer:
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    builder = builder.filter(tantivy.Filter.remove_long(_LONGEST_TERM)).filter(tantivy.Filter.lowercase())
    builder = builder.filter(tantivy.Filter.ascii_fold())
    return (builder.filter(tantivy.Filter.stemmer("english")) if stem else builder).build()


@cache
def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    # One field for headings and text: a field of its own for headings changed nDCG@10 by less than .003 either way,
    # whatever its boost, and costs a second lookup a word.
    builder.add_text_field("text", tokenizer_name=_ANALYZER, index_option="freq")
    builder.add_unsigned_field("document", indexed=True)
    builder.add_unsigned_field("row", fast=True)
    return builder.build()


def _open(folder: Path) -> tantivy.Index:
    folder.mkdir(parents=True, exist_ok=True)
    index = tantivy.Index(_schema(), path=str(folder), reuse=True)
    index.register_tokenizer(_ANALYZER, _analyzer(stem=True))
    return index


def terms(text: str) -> list[str]:
    """The stems of a text, in order."""
    return _analyzer(stem=True).analyze(text)


def question_terms(question: str) -> list[str]:
    """The stems to look for, each once: function words only count when there is nothing else.

    Leaving them out halves the time and adds .003 to .010 nDCG@10; weighing a repeated word twice adds nothing.
    """
    words = _analyzer(stem=False).analyze(question)
    telling = [word for word in words if word not in _STOP_WORDS] or words
    return list(dict.fromkeys(terms(" ".join(telling))))[:_MOST_TERMS]


class LexicalWriter:
    """Adds and removes chunks; nothing is seen by readers before `commit`."""

    def __init__(self, folder: Path) -> None:
        self._index = _open(folder)
        self._writer = self._index.writer(_WRITER_HEAP_BYTES, 1)

    def add(self, chunks: Iterable[Chunk], *, number: int, first_row: int) -> None:
        for row, chunk in enumerate(chunks, start=first_row):
            document = tantivy.Document()
            document.add_text("text", chunk.indexed_text())
            document.add_unsigned("document", number)
            document.add_unsigned("row", row)
            self._writer.add_document(document)

    def remove(self, numbers: Iterable[int]) -> None:
        for number in numbers:
            # By query: delete_documents_by_term takes a number for a signed one and finds nothing (tantivy 0.27).
            self._writer.delete_documents_by_query(tantivy.Query.term_query(_schema(), "document", number))

    def commit(self) -> None:
        self._writer.commit()

    def close(self) -> None:
        # Files of a generation that was replaced are gone before its writer: nothing is left to roll back.
        with suppress(ValueError):
            self._writer.rollback()
        self._writer.wait_merging_threads()


class LexicalReader:
    """One moment of a shard's words; `reload` moves to the newest commit."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():  # this generation has just been dropped
            raise FileNotFoundError(folder)
        self._index = _open(folder)
        self._index.config_reader("manual")
        self.reload()

    def reload(self) -> None:
        self._index.reload()
        self._searcher = self._index.searcher()

    def moment(self) -> "LexicalMoment":
        return LexicalMoment(self._searcher)


class LexicalMoment:
    """Searches one immutable set of segments; safe to share between threads."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher

    def search(self, text: str, *, limit: int, only: tantivy.Query | None) -> dict[int, float]:
        """{row: BM25} of the best `limit` rows, best first. Any text is a valid question."""
        wanted = [
            (tantivy.Occur.Should, tantivy.Query.term_query(_schema(), "text", term, "freq"))
            for term in question_terms(text)
        ]
        if not wanted or limit <= 0 or not self._searcher.num_docs:
            return {}
        query = tantivy.Query.boolean_query(wanted)
        if only is not None:
            query = tantivy.Query.boolean_query([(tantivy.Occur.Must, query), (tantivy.Occur.Must, only)])
        hits = self._searcher.search(query, limit, count=False).hits
        rows = self._searcher.fast_field_values("row", [address for _, address in hits])
        return {int(row or 0): score for row, (score, _) in zip(rows, hits, strict=True)}

    def weights(self, words: Iterable[str]) -> dict[str, float]:
        """How much each stem tells: its inverse document frequency over the chunks of this shard."""
        total = self._searcher.num_docs
        found = {word: self._searcher.doc_freq("text", word) for word in set(words)}
        return {word: math.log1p((total - min(n, total) + 0.5) / (n + 0.5)) for word, n in found.items()}


def only_documents(*, allowed: Sequence[int], others: Sequence[int]) -> tantivy.Query | None:
    """A filter that adds nothing to the score, written by whichever side is shorter; None when all may pass."""
    if not others:
        return None
    if len(allowed) <= len(others):
        keep = tantivy.Query.term_set_query(_schema(), "document", list(allowed))
        return tantivy.Query.const_score_query(keep, 0.0)
    drop = tantivy.Query.term_set_query(_schema(), "document", list(others))
    return tantivy.Query.const_score_query(
        tantivy.Query.boolean_query(
            [(tantivy.Occur.Must, tantivy.Query.all_query()), (tantivy.Occur.MustNot, drop)]
        ),
        0.0,
    )
