"""A measured set made ready for all: cut and embedded once as ingestion does it, and stored in our own index."""

import asyncio
import itertools
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.peers.prepared import Prepared
from tests.evals.corpus_index import build_embedder, cut, embedded, fill
from tests.evals.datasets import RetrievalSet, load

# Embedding the sets takes minutes; the next run on this machine finds them here.
KEPT = Path(tempfile.gettempdir()) / "genai-kept-embeddings"


@dataclass(frozen=True, slots=True)
class Corpus:
    """Folder holding chunks and questions for the workers; `ours` is our index of the same chunks."""

    name: str
    folder: Path
    ours: Path
    questions: list[str]
    grades: Mapping[str, Mapping[str, int]]
    documents: int
    chunks: int


def prepare(name: str, folder: Path, *, questions: int | None = None) -> Corpus:
    """`questions`: only so many, with the documents that matter to them and some more. For trying things out."""
    measured = load(name) if questions is None else _smaller(load(name), questions)
    embedder = build_embedder("minilm")
    pieces = [
        (f"{document}#{piece.ordinal}", piece.indexed_text())
        for document, text in measured.documents.items()
        if text.strip()
        for piece in cut(text, embedder)
    ]
    texts = [text for _, text in pieces]
    asked = list(measured.questions.values())

    async def store() -> None:
        passages = await embedded(embedder, texts, kept=KEPT)
        Prepared(embedder.fingerprint, [name for name, _ in pieces], texts, passages).write(folder, "chunks")
        wanted = await embedded(embedder, asked, kind="query", kept=KEPT)
        Prepared(embedder.fingerprint, list(measured.questions), asked, wanted).write(folder, "questions")
        index = await fill(folder / "ours", measured, embedder, kept=KEPT)
        index.close()

    asyncio.run(store())
    return Corpus(
        name,
        folder,
        folder / "ours",
        list(measured.questions),
        measured.grades,
        len(measured.documents),
        len(pieces),
    )


def _smaller(whole: RetrievalSet, questions: int) -> RetrievalSet:
    asked = dict(itertools.islice(whole.questions.items(), questions))
    matter = {document for question in asked for document in whole.grades[question]}
    more = itertools.islice(whole.documents, 5 * questions)
    kept = matter | set(more)
    return replace(
        whole,
        questions=asked,
        documents={name: text for name, text in whole.documents.items() if name in kept},
    )
