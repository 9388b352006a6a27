"""nDCG@10 in OpenSearch beside the embedded index: `python -m tests.evals.opensearch [--embedder wordllama|minilm] [--sets ...]`.

The same chunks, vectors and questions in both, in one run. Uses OPENSEARCH_URL, or starts the node that `make engines`
has built. Exit code 1 when a set differs by more than .01.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from pydantic import SecretStr

from app.adapters.embedded.index import EmbeddedIndex
from app.adapters.opensearch import OpenSearchIndex
from app.kernel.documents import Chunk, DocumentVersion
from app.kernel.ports.embeddings import Embedder
from app.kernel.ports.index import RebuildableIndex, SearchMode, SearchRequest
from tests.engines.opensearch_node import OpenSearchNode
from tests.evals.corpus_index import TENANT, Vectors, build_embedder, cut, embedded
from tests.evals.datasets import ABSENT, SETS, RetrievalSet, available, load, minilm_folder, ndcg_at_10

MOST_APART = 0.01
_LIMIT = 50
_BATCH = 64
_MODES = (SearchMode.HYBRID, SearchMode.LEXICAL, SearchMode.VECTOR)

Pieces = dict[str, list[Chunk]]


async def fill(index: RebuildableIndex, pieces: Pieces, vectors: Vectors) -> float:
    """Put and publish everything as a rebuild does, a batch at a time; returns the seconds it took."""
    begun, row = time.perf_counter(), 0
    batch: list[DocumentVersion] = []
    for document, chunks in pieces.items():
        version = DocumentVersion(TENANT, document, 1, f"{document}.txt")
        await index.put(version, chunks, vectors[row : row + len(chunks)])
        row += len(chunks)
        batch.append(version)
        if len(batch) == _BATCH:
            await index.publish(batch)
            batch = []
    await index.publish(batch)
    return time.perf_counter() - begun


async def scores(
    index: RebuildableIndex, measured: RetrievalSet, asked: Vectors, *, mode: SearchMode
) -> tuple[float, float]:
    """Mean nDCG@10, and the median time of a search in milliseconds, one after the other."""
    found, took = [], []
    for (question, text), vector in zip(measured.questions.items(), asked, strict=True):
        begun = time.perf_counter()
        hits = await index.search(SearchRequest(TENANT, text, vector, _LIMIT, mode))
        took.append(1_000 * (time.perf_counter() - begun))
        found.append(ndcg_at_10([hit.document.document_id for hit in hits], measured.grades[question]))
    return statistics.fmean(found), statistics.median(took)


async def compare(
    node: OpenSearchNode, name: str, measured: RetrievalSet, embedder: Embedder, folder: Path
) -> list[str]:
    """Print both side by side; returns where they are too far apart."""
    pieces = {
        document: cut(text, embedder) if text.strip() else [] for document, text in measured.documents.items()
    }
    texts = [piece.indexed_text() for parts in pieces.values() for piece in parts]
    vectors = await embedded(embedder, texts)
    asked = await embedded(embedder, list(measured.questions.values()), kind="query")
    local = EmbeddedIndex.open(
        folder,
        fingerprint=embedder.fingerprint,
        dimensions=embedder.dimensions,
        profile=embedder.profile,
        writable=True,
    )
    remote = OpenSearchIndex.open(
        node.url,
        name=name,
        user="",
        password=SecretStr(""),
        fingerprint=embedder.fingerprint,
        dimensions=embedder.dimensions,
        profile=embedder.profile,
    )
    missed = []
    filled = [await fill(index, pieces, vectors) for index in (local, remote)]
    print(f"{measured.name}: {len(texts):,} chunks, filled in {filled[0]:.1f} s and {filled[1]:.1f} s")
    for mode in _MODES:
        here, here_ms = await scores(local, measured, asked, mode=mode)
        there, there_ms = await scores(remote, measured, asked, mode=mode)
        print(
            f"  {mode.value:<8} embedded {here:.4f} ({here_ms:.1f} ms)  opensearch {there:.4f} ({there_ms:.1f} ms)  "
            f"difference {there - here:+.4f}",
            flush=True,
        )
        if abs(there - here) > MOST_APART:
            missed.append(f"{embedder.fingerprint} on {measured.name}, {mode.value}: {here:.4f}, {there:.4f}")
    local.close()
    await remote.aclose()
    return missed


def evaluate(node: OpenSearchNode, embedder: str, names: Sequence[str]) -> list[str]:
    missed = []
    for name in names:
        with tempfile.TemporaryDirectory(prefix="eval-") as folder, node.name() as index:
            missed += asyncio.run(compare(node, index, load(name), build_embedder(embedder), Path(folder)))
    return missed


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--embedder", choices=("minilm", "wordllama"), default="wordllama")
    parser.add_argument("--sets", nargs="+", choices=SETS, default=list(SETS))
    options = parser.parse_args(arguments)
    if not available() or (options.embedder == "minilm" and minilm_folder() is None):
        print("No MiniLM model is here; set GENAI_MODEL_DIR." if available() else ABSENT)
        return 0
    with tempfile.TemporaryDirectory(prefix="eval-node-") as folder:
        try:
            node = OpenSearchNode.available(Path(folder))
        except pytest.skip.Exception as error:
            print(error)
            return 0
        try:
            missed = evaluate(node.start(), options.embedder, options.sets)
        finally:
            node.stop()
    for line in missed:
        print(f"MISSED {line}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
