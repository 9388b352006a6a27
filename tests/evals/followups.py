"""Do follow-ups find their document? Retrieval with the question as asked and made to stand alone, side by side.

python -m tests.evals.followups            the table and what is still missed; --all: every follow-up
"""

import asyncio
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.adapters.embedded.index import EmbeddedIndex
from app.adapters.embedded.wordllama import WordLlamaEmbedder
from app.kernel.documents import Chunk, DocumentVersion
from app.rag.conversation.followups import Asked, completed
from app.rag.search import Search
from tests.evals.followup_cases import CASES, DOCUMENTS, STAND_ALONE, UNSEEN, Case

_TENANT = "eval"


@dataclass(frozen=True, slots=True)
class Measured:
    """Ranks of the right document, from 1; 0 where it was not among the first ten."""

    as_asked: list[int]
    stand_alone: list[int]
    changed: int
    rewritten: list[str]

    @staticmethod
    def first(ranks: Sequence[int]) -> float:
        return sum(rank == 1 for rank in ranks) / len(ranks)

    @staticmethod
    def mrr(ranks: Sequence[int]) -> float:
        return sum(1 / rank for rank in ranks if rank) / len(ranks)


def made_alone(case: Case) -> str:
    """The case's follow-up as retrieval gets it, each earlier question made to stand alone in its turn."""
    asked: list[Asked] = []
    for question, answer in case.earlier:
        asked.append(Asked(_alone(question, asked), answer))
    return _alone(case.question, asked)


def changed_stand_alone() -> list[str]:
    """Questions that stand alone and were touched all the same, after any of the conversations."""
    threads = {case.earlier for case in CASES}
    return [
        f"{question} -> {found.question}"
        for question in STAND_ALONE
        for earlier in sorted(threads)
        if (found := completed(question, [Asked(*pair) for pair in earlier]))
    ]


async def measure(folder: Path, cases: Sequence[Case] = CASES) -> Measured:
    """Ranks over a fresh embedded index of the documents."""
    embedder = WordLlamaEmbedder()
    index = EmbeddedIndex.open(
        folder, fingerprint=embedder.fingerprint, dimensions=embedder.dimensions, profile=embedder.profile, writable=True
    )  # fmt: skip
    versions = []
    for name, text in DOCUMENTS.items():
        version = DocumentVersion(_TENANT, name, 1, f"{name}.txt")
        await index.put(version, [Chunk(0, 0, len(text), text)], await embedder.embed([text], kind="passage"))
        versions.append(version)
    await index.publish(versions)
    search = Search(index, embedder)
    rewritten = [made_alone(case) for case in cases]
    as_asked = [await _rank(search, case.question, case.document) for case in cases]
    stand_alone = [
        await _rank(search, question, case.document) for question, case in zip(rewritten, cases, strict=True)
    ]
    index.close()
    changed = sum(question != case.question for question, case in zip(rewritten, cases, strict=True))
    return Measured(as_asked, stand_alone, changed, rewritten)


async def _rank(search: Search, question: str, document: str) -> int:
    found = await search(question, tenant=_TENANT, limit=10)
    names = [hit.document.document_id for hit in found.hits]
    return names.index(document) + 1 if document in names else 0


def _alone(question: str, asked: Sequence[Asked]) -> str:
    found = completed(question, asked)
    return found.question if found else question


def main(arguments: Sequence[str]) -> int:
    print(f"Follow-ups over {len(DOCUMENTS)} documents, wordllama     first   MRR")
    for title, cases in (("", CASES), ("unseen, ", UNSEEN)):
        with tempfile.TemporaryDirectory() as folder:
            measured = asyncio.run(measure(Path(folder), cases))
        _print(title, cases, measured, every="--all" in arguments)
    touched = changed_stand_alone()
    threads = len({case.earlier for case in CASES})
    print(f"{len(STAND_ALONE)} stand-alone questions after {threads} conversations: {len(touched)} touched")
    print("".join(f"  touched: {line}\n" for line in touched), end="")
    return 0


def _print(title: str, cases: Sequence[Case], measured: Measured, *, every: bool) -> None:
    for name, ranks in (("as asked", measured.as_asked), ("made to stand alone", measured.stand_alone)):
        label = f"{title}{len(cases)} follow-ups, {name}"
        print(f"  {label:<48} {Measured.first(ranks):.3f}  {Measured.mrr(ranks):.3f}")
    for case, question, before, after in zip(
        cases, measured.rewritten, measured.as_asked, measured.stand_alone, strict=True
    ):
        if every or after != 1:
            print(f"    {before:>2} -> {after:>2}  {case.question}  =>  {question}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
